/**
 * Whose memory a chunk is once it was written.
 *
 * - `auto`: a chunk that a pipe brings, and that covers its whole ArrayBuffer, is taken with
 *   `transfer()`, so that nobody can touch it any more; so is one that `sendFrom` reads. What a program
 *   writes itself (by a writer, by a stream of Node's, by a Sink of Effect) is copied, and so are a
 *   `Buffer`, a view of part of a buffer, and a chunk under the threshold
 * - `transfer`: the chunk's ArrayBuffer is taken in any case, with whatever else lies in it
 * - `borrow`: the chunk is sent in place; the caller leaves it alone until it is released
 * - `copy`: the chunk is copied, and is the caller's again when the write is done
 */
export type Ownership = "auto" | "transfer" | "borrow" | "copy"

/** What an ownership means for a chunk that a program has written itself, for it may use it again. */
export const writtenByProgram = (ownership: Ownership): Ownership =>
  ownership === "auto" ? "copy" : ownership

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

/**
 * Whether the chunk is all there is of its ArrayBuffer, so that it can be taken as a whole. Not a Buffer:
 * a stream of Node's gives the same one to all its listeners.
 */
export function isWhole(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength &&
    Object.getPrototypeOf(chunk) === Uint8Array.prototype
}

/** A view that has bytes has a buffer; to ask that is dear, and this is asked for every chunk. */
function isDetached(chunk: Uint8Array): boolean {
  return chunk.byteLength === 0 && chunk.buffer instanceof ArrayBuffer && chunk.buffer.detached
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value
  return value.constructor?.name ?? "object"
}
