/**
 * No rival, but what all of them do besides sending: the chunks are made and go through `pipeTo` to a
 * sink that does nothing.
 *
 * @module
 */
import { measure, noZerocopy } from "./measure.mjs"
import { streamOf } from "./source.mjs"

await measure(async ({ ring, source, chunkBytes, totalBytes }) => {
  await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(new WritableStream({ write() {} }))
  return noZerocopy
})
