/**
 * A file, by the runtime's own means: its stream of the file, piped into its stream of the socket.
 * Arguments: as of `measure`.
 *
 * @module
 */
import { filesOf, streamOfFile } from "./files.mjs"
import { allCopied, measureOpened } from "./measure.mjs"
import { openStream } from "./own_sockets.mjs"
import { smallChunksOf } from "./source.mjs"

await measureOpened(({ hostname, port, totalBytes, ring, warming }) => {
  // To write them is nobody's sending.
  const files = filesOf(ring, totalBytes)
  return Promise.resolve(async () => {
    const { writable, end } = await openStream({ hostname, port })
    if (warming) await smallChunksOf(ring).pipeTo(writable, { preventClose: true })
    for (const path of files) {
      await (await streamOfFile(path)).pipeTo(writable, { preventClose: true })
    }
    await end()
    return allCopied(totalBytes)
  })
})
