/**
 * A file, by Zerowire: `sendfile` by `sendFile`; `stream` by `pipeTo` of `fileStream`; `pipe` by `pipeTo`
 * of the runtime's own stream of it; `from` by `sendFrom` of that stream. Arguments: as of `measure`.
 *
 * @module
 */
import { connect, fileStream, sendFile } from "../../src/mod.ts"
import { filesOf, streamOfFile } from "./files.mjs"
import { measureOpened } from "./measure.mjs"
import { movesOf } from "./shares.ts"
import { smallChunksOf } from "./source.mjs"

await measureOpened(({ hostname, port, totalBytes, way, ring, warming }) => {
  // To write them is nobody's sending.
  const files = filesOf(ring, totalBytes)
  return Promise.resolve(async () => {
    const socket = await connect({ hostname, port })
    if (warming) await smallChunksOf(ring).pipeTo(socket.writable, { preventClose: true })
    for (const path of files) {
      if (way === "sendfile") await sendFile(socket, path)
      else if (way === "from") await socket.sendFrom(await streamOfFile(path))
      else if (way === "stream") {
        await fileStream(path).pipeTo(socket.writable, { preventClose: true })
      } else await (await streamOfFile(path)).pipeTo(socket.writable, { preventClose: true })
    }
    await socket.close()
    return movesOf([socket])
  })
})
