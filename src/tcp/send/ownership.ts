import { byteLengthOf, isArrayBuffer } from "../../argument/mod.ts"
import { notAChunk } from "./not_a_chunk.ts"

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
 * The bytes of a chunk, checked. This is asked for every chunk: what is usual takes the shortest way.
 *
 * @throws {TypeError} when it is not a Uint8Array, or was detached.
 */
export function checkChunk(chunk: unknown): Uint8Array {
  try {
    if (chunk instanceof Uint8Array && chunk.byteLength > 0) return chunk
  } catch {
    // A proxy, or an heir, has no bytes of its own.
  }
  return checkUnusual(chunk)
}

/** Empty chunks, chunks of another realm, and what is not a chunk. */
function checkUnusual(chunk: unknown): Uint8Array {
  const byteLength = byteLengthOf(chunk)
  if (byteLength === undefined) throw notAChunk(chunk)
  const bytes = chunk as Uint8Array
  if (byteLength === 0 && isDetached(bytes)) {
    throw new TypeError(
      "Cannot send a detached chunk: its ArrayBuffer was transferred. The usual causes are a stream " +
        "from tee(), where both branches get the same chunks, and a producer that writes a buffer " +
        'again; with ownership: "copy" chunks stay with their producer',
    )
  }
  return bytes
}

/**
 * Whether the chunk is all there is of its ArrayBuffer, so that it can be taken as a whole. Not a Buffer:
 * a stream of Node's gives the same one to all its listeners.
 */
export function isWhole(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  if (!isArrayBuffer(buffer) || buffer.byteLength !== chunk.byteLength) return false
  // One of another realm is no instance, and has a prototype of that realm.
  return Object.getPrototypeOf(chunk) === Uint8Array.prototype || !(chunk instanceof Uint8Array)
}

/** Whether the bytes of the chunk are gone, with its ArrayBuffer. */
export function isDetached({ buffer }: Uint8Array): boolean {
  return isArrayBuffer(buffer) && buffer.detached
}
