/**
 * What every rival sends, from the same producer: a ring of 64 MiB with a known content, cut into chunks.
 *
 * - `views`: each chunk is a view of the ring, as of a file that is held in memory. Nothing is allocated
 *   but the view, and the memory stays its producer's.
 * - `cached`: the same of the first 4 MiB of the ring alone, which stay in the processor's cache.
 * - `fresh`: each chunk is a new buffer that a piece of the ring was copied to, as whatever reads files
 *   or sockets makes them.
 */
export const ringBytes = 64 * 1024 * 1024

/** @typedef {"views" | "cached" | "fresh"} Source */

/** Bytes of the ring that a source takes its chunks from, again and again. */
export const turnBytes = (/** @type {Source} */ source) =>
  source === "cached" ? 4 * 1024 * 1024 : ringBytes

/** @returns {Uint8Array<ArrayBuffer>} */
export function makeRing() {
  const ring = new Uint8Array(new ArrayBuffer(ringBytes))
  fill(ring)
  return ring
}

/**
 * The start of the ring alone, without the time that the whole of it takes.
 *
 * @param {number} bytes
 */
export function messageOf(bytes) {
  const message = new Uint8Array(new ArrayBuffer(bytes))
  fill(message)
  return message
}

/**
 * The next chunk of so many bytes; `chunkBytes` divides the ring.
 *
 * @param {Uint8Array<ArrayBuffer>} ring
 * @param {Source} source
 * @param {number} chunkBytes
 * @param {number} at where in the stream
 */
export function chunkAt(ring, source, chunkBytes, at) {
  const from = at % turnBytes(source)
  return source === "fresh"
    ? ring.slice(from, from + chunkBytes)
    : new Uint8Array(ring.buffer, from, chunkBytes)
}

/**
 * The chunks as a stream.
 *
 * @param {Uint8Array<ArrayBuffer>} ring
 * @param {Source} source
 * @param {number} chunkBytes
 * @param {number} totalBytes
 */
export function streamOf(ring, source, chunkBytes, totalBytes) {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= totalBytes) return controller.close()
      controller.enqueue(chunkAt(ring, source, chunkBytes, at))
      at += chunkBytes
    },
  }, { highWaterMark: 0 })
}

/**
 * The stream as gzip packs it.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {ReadableStream<Uint8Array>}
 */
export const packed = (stream) => stream.pipeThrough(new CompressionStream("gzip"))

/**
 * What to warm up with where a source has large chunks of its own: compilers count calls.
 *
 * @param {Uint8Array<ArrayBuffer>} ring
 */
export const smallChunksOf = (ring) => streamOf(ring, "fresh", 16 * 1024, ringBytes)

/**
 * The chunks one by one.
 *
 * @param {Uint8Array<ArrayBuffer>} ring
 * @param {Source} source
 * @param {number} chunkBytes
 * @param {number} totalBytes
 */
export function* chunksOf(ring, source, chunkBytes, totalBytes) {
  for (let at = 0; at < totalBytes; at += chunkBytes) yield chunkAt(ring, source, chunkBytes, at)
}

/** @param {Uint8Array} bytes */
function fill(bytes) {
  for (let i = 0; i < bytes.length; i++) bytes[i] = i ^ (i >>> 8) ^ (i >>> 16) ^ (i >>> 24)
}
