/**
 * Sends the same memory to many peers. `shared`: one body is written to all of them, to each at its own
 * pace; `active`: each has a `pipeTo` of its own. The memory stays where it is (`ownership: "borrow"`),
 * so that no peer costs a copy. Connecting is not measured. Arguments: as of `measure`.
 *
 * @module
 */
import { connect, type Socket } from "../../src/mod.ts"
import { measureOpened } from "./measure.mjs"
import { sharesOf } from "./shares.ts"
import { chunkAt, streamOf } from "./source.mjs"

await measureOpened(async ({ hostname, port, peers, chunkBytes, totalBytes, way, ring }) => {
  const bytesEach = totalBytes / peers
  const open = () => connect({ hostname, port, ownership: "borrow" })
  const sockets = await Promise.all(Array.from({ length: peers }, open))
  const body = Array.from(
    { length: bytesEach / chunkBytes },
    (_, i) => chunkAt(ring, "views", chunkBytes, i * chunkBytes),
  )
  const send = (socket: Socket): Promise<void> =>
    way === "shared"
      ? writeAll(socket, body)
      : streamOf(ring, "views", chunkBytes, bytesEach).pipeTo(socket.writable)
  return async () => {
    await Promise.all(sockets.map(async (socket) => {
      await send(socket)
      await socket.close()
    }))
    return sharesOf(sockets)
  }
})

async function writeAll({ writable }: Socket, body: readonly Uint8Array[]): Promise<void> {
  const writer = writable.getWriter()
  for (const chunk of body) await writer.write(chunk)
  await writer.close()
}
