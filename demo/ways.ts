/**
 * The ways to send a file: two of Zerowire's, and the runtime's own to compare with. Each resolves once the
 * peer's kernel has everything.
 *
 * @module
 */
import { pipeToOwn } from "../src/cli/bench/own.ts"
import { connect, fileStream, type Socket, type SocketStats } from "../src/mod.ts"
import { streamOf } from "./file.ts"

/**
 * - `own`: the runtime's stream of the file into the runtime's stream of a socket
 * - `fileStream`: Zerowire's stream of the file into `socket.writable`
 * - `stream`: the runtime's stream of the file into `socket.writable`
 */
export type Way = (typeof ways)[number]

/** All of them; the one to compare with comes first. */
export const ways = ["own", "fileStream", "stream"] as const

/** What is sent, and where to. */
export interface Sending {
  readonly file: string
  readonly hostname: string
  readonly port: number
  readonly chunkBytes: number | undefined
}

/** What a socket of Zerowire reports; nothing of the runtime's own. `watch` gets such a socket. */
export async function sendBy(
  way: Way,
  sending: Sending,
  watch: (socket: Socket) => Promise<never>,
): Promise<SocketStats | undefined> {
  const { file, hostname, port, chunkBytes } = sending
  if (way === "own") {
    return void await pipeToOwn(await streamOf(file, chunkBytes), { hostname, port })
  }
  const socket = await connect({ hostname, port })
  const stalled = watch(socket)
  const source = way === "fileStream" ? fileStream(file) : await streamOf(file, chunkBytes)
  await Promise.race([source.pipeTo(socket.writable), stalled])
  await Promise.race([socket.close(), stalled])
  return socket.stats()
}
