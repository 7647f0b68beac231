/**
 * Not a rival: does what all rivals do besides sending. The chunks are made and piped to a sink that does
 * nothing.
 *
 * @module
 */
import { measure, noZerocopy } from "./measure.mjs"
import { streamOf } from "./source.mjs"

await measure(async ({ ring, source, chunkBytes, totalBytes }) => {
  await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(new WritableStream({ write() {} }))
  return noZerocopy
})
