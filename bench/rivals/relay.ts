/**
 * A relay, by Zerowire: one socket's `readable` piped into another one's `writable`. Arguments: as of
 * `measurePassage`.
 *
 * @module
 */
import { connect } from "../../src/mod.ts"
import { measurePassage } from "./passages.mjs"
import { movesOf } from "./shares.ts"

await measurePassage(async ({ source, sink, request }) => {
  const [from, to] = await Promise.all([connect(source), connect(sink)])
  const writer = from.writable.getWriter()
  await writer.write(request)
  writer.releaseLock()
  await from.readable.pipeTo(to.writable)
  await to.close()
  await from.close()
  return movesOf([to])
})
