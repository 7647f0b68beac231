/**
 * The body of a fetch, by Zerowire: piped into `writable`, as a proxy does. Arguments: as of
 * `measurePassage`.
 *
 * @module
 */
import { connect } from "../../src/mod.ts"
import { bodyOf, measurePassage } from "./passages.mjs"
import { movesOf } from "./shares.ts"

await measurePassage(async ({ source, sink, totalBytes }) => {
  const socket = await connect(sink)
  await (await bodyOf(source, totalBytes)).pipeTo(socket.writable)
  await socket.close()
  return movesOf([socket])
})
