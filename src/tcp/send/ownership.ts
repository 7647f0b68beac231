import { byteLengthOf, isArrayBuffer } from "../../argument/mod.ts"
import { notAChunk } from "./not_a_chunk.ts"

/**
 * Who owns the memory of a chunk once it is written.
 *
 * - `auto`: a chunk that a pipe delivers or `sendFrom` reads is taken with `transfer()` if it covers its
 *   whole ArrayBuffer, so that nobody else can change it. Chunks that the program writes itself (with a
 *   writer, a Node stream or Effect's Sink) are copied, and so are a `Buffer`, a view of part of a
 *   buffer, and a chunk below the threshold
 * - `transfer`: the chunk's ArrayBuffer is always taken, with everything else in it
 * - `borrow`: the chunk is sent in place; do not change it until it is released
 * - `copy`: the chunk is copied; you may change it once the write is done
 */
export type Ownership = "auto" | "transfer" | "borrow" | "copy"

/** The effective ownership of a chunk that the program writes itself, because it may use the chunk again. */
export const writtenByProgram = (ownership: Ownership): Ownership =>
  ownership === "auto" ? "copy" : ownership

/**
 * Checks a chunk and returns its bytes. This runs for every chunk, so the usual case is the shortest.
 *
 * @throws {TypeError} if it is not a Uint8Array, or was detached.
 */
export function checkChunk(chunk: unknown): Uint8Array {
  try {
    if (chunk instanceof Uint8Array && chunk.byteLength > 0) return chunk
  } catch {
    // A proxy or a derived object has no bytes of its own.
  }
  return checkUnusual(chunk)
}

/** Empty chunks, chunks of another realm, and values that are not chunks. */
function checkUnusual(chunk: unknown): Uint8Array {
  const byteLength = byteLengthOf(chunk)
  if (byteLength === undefined) throw notAChunk(chunk)
  const bytes = chunk as Uint8Array
  if (byteLength === 0 && isDetached(bytes)) {
    throw new TypeError(
      "Cannot send a detached chunk: its ArrayBuffer was transferred. The usual causes are a stream " +
        "from tee(), where both branches get the same chunks, and a producer that writes a buffer " +
        'twice. With ownership: "copy" chunks stay with their producer',
    )
  }
  return bytes
}

/** Whether a chunk is taken from its producer, unless its memory cannot be. */
export const isTaken = (chunk: Uint8Array, ownership: Ownership): boolean =>
  ownership === "transfer" || ownership === "auto" && isWhole(chunk)

/**
 * Whether the chunk covers its whole ArrayBuffer, so that it can be taken. Never for a Buffer: a Node
 * stream gives the same Buffer to all its listeners.
 */
export function isWhole(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  if (!isArrayBuffer(buffer) || buffer.byteLength !== chunk.byteLength) return false
  // A chunk of another realm is not an instance, and has a prototype of that realm.
  return Object.getPrototypeOf(chunk) === Uint8Array.prototype || !(chunk instanceof Uint8Array)
}

/** Whether the chunk's ArrayBuffer was detached. */
export function isDetached({ buffer }: Uint8Array): boolean {
  return isArrayBuffer(buffer) && buffer.detached
}
