import { connect, fileStream, type SocketStats } from "../../tcp/mod.ts"
import type { HostPort } from "../address.ts"
import type { Material } from "./material.ts"
import { ownStream, pipeToOwn } from "./own.ts"

/** A way to send a file or memory. */
export interface Way {
  readonly source: "file" | "memory"
  readonly name: string
  /** Whether this is the runtime's own, with which the other is compared. */
  readonly own: boolean
  /** Resolves when the peer's kernel has everything, with what a socket of Zerowire reports. */
  readonly send: (material: Material, to: HostPort) => Promise<SocketStats | undefined>
}

export const ways: readonly Way[] = [
  {
    source: "file",
    name: "own pipeTo",
    own: true,
    send: async ({ file }, to) => void await pipeToOwn(await ownStream(file), to),
  },
  {
    source: "file",
    name: "fileStream",
    own: false,
    send: ({ file }, to) => pipe(fileStream(file), to),
  },
  {
    source: "memory",
    name: "own pipeTo",
    own: true,
    send: async (material, to) => void await pipeToOwn(material.stream(), to),
  },
  {
    source: "memory",
    name: "Zerowire",
    own: false,
    send: (material, to) => pipe(material.stream(), to),
  },
]

/** The memory stays as it is, so that it can be sent in place. */
async function pipe(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  to: HostPort,
): Promise<SocketStats> {
  const socket = await connect({ ...to, ownership: "borrow" })
  await source.pipeTo(socket.writable)
  await socket.close()
  return socket.stats()
}
