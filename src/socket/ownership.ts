/**
 * Whose memory a chunk is once it was written.
 *
 * - `auto`: a chunk that covers its whole ArrayBuffer is taken with `transfer()`, so that the
 *   producer cannot touch it any more; a view of part of a buffer, and a chunk under the threshold, is
 *   copied
 * - `transfer`: the chunk's ArrayBuffer is taken in any case, with whatever else lies in it
 * - `borrow`: the chunk is sent in place; the caller leaves it alone until it is released
 * - `copy`: the chunk is copied, and is the caller's again when the write is done
 */
export type Ownership = "auto" | "transfer" | "borrow" | "copy"

/**
 * The bytes of a chunk, checked.
 *
 * @throws {TypeError} when it is not a Uint8Array, or was detached.
 */
export function checkChunk(chunk: unknown): Uint8Array {
  if (!(chunk instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot send a chunk of type "${typeName(chunk)}": chunks are Uint8Array. ` +
        `Text goes through a TextEncoderStream first`,
    )
  }
  if (isDetached(chunk)) {
    throw new TypeError(
      "Cannot send a detached chunk: its ArrayBuffer was transferred. The usual causes are a stream " +
        "from tee(), where both branches get the same chunks, and a producer that writes a buffer " +
        'again; with ownership: "copy" chunks stay with their producer',
    )
  }
  return chunk
}

/** Whether the chunk is all there is of its ArrayBuffer, so that it can be taken as a whole. */
export function coversBuffer(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength
}

/** A view that has bytes has a buffer; to ask that is dear, and this is asked for every chunk. */
function isDetached(chunk: Uint8Array): boolean {
  return chunk.byteLength === 0 && chunk.buffer instanceof ArrayBuffer && chunk.buffer.detached
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value
  return value.constructor?.name ?? "object"
}
