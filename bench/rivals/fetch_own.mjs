/**
 * The body of a fetch, by the runtime's own means: piped into its stream of the socket. Arguments: as of
 * `measurePassage`.
 *
 * @module
 */
import { allCopied } from "./measure.mjs"
import { openStream } from "./own_sockets.mjs"
import { bodyOf, measurePassage } from "./passages.mjs"

await measurePassage(async ({ source, sink, totalBytes }) => {
  const { writable, end } = await openStream(sink)
  await (await bodyOf(source, totalBytes)).pipeTo(writable, { preventClose: true })
  await end()
  return allCopied(totalBytes)
})
