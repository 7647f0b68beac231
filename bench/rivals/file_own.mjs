/**
 * A file, by the runtime's own means: its stream of the file, piped into its stream of the socket.
 * Arguments: as of `measure`.
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import { Writable } from "node:stream"
import { filesOf, streamOfFile } from "./files.mjs"
import { allCopied, measureOpened } from "./measure.mjs"

/** @type {any} */
const { Deno } = globalThis

await measureOpened(({ hostname, port, totalBytes, ring }) => {
  // To write them is nobody's sending.
  const files = filesOf(ring, totalBytes)
  return Promise.resolve(async () => {
    if (Deno === undefined) {
      const socket = connect(port, hostname)
      await once(socket, "connect")
      const closed = once(socket.resume(), "close")
      const writable = Writable.toWeb(socket)
      for (const path of files) {
        await (await streamOfFile(path)).pipeTo(writable, { preventClose: true })
      }
      await writable.close()
      await closed
    } else {
      const connection = await Deno.connect({ hostname, port })
      for (const path of files) {
        await (await streamOfFile(path)).pipeTo(connection.writable, { preventClose: true })
      }
      await connection.closeWrite()
      if (await connection.read(new Uint8Array(1)) !== null) {
        throw new Error("The peer has answered")
      }
      connection.close()
    }
    return allCopied(totalBytes)
  })
})
