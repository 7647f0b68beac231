import { Buffer } from "node:buffer"
import type { Ownership } from "../../src/socket.ts"
import type { Shape } from "./plan.ts"

/** A chunk, and the memory around it that its producer has. */
export interface Chunk {
  readonly bytes: Uint8Array
  /** Writes over all of the memory, as a producer does that uses it again; what was taken is gone. */
  reuse(): void
}

/**
 * Makes the chunks of one stream. Each byte says where it stands in the stream, so that one that is
 * lost, doubled or out of place shows.
 */
export class Producer {
  readonly #salt: number
  #made = 0

  constructor(salt: number) {
    this.#salt = salt
  }

  /** How many bytes there are so far. */
  get made(): number {
    return this.#made
  }

  next(length: number, shape: Shape): Chunk {
    const around = shape === "part" ? 100 : 0
    const whole = shape === "shared"
      ? new Uint8Array(new SharedArrayBuffer(length))
      : new Uint8Array(length + 2 * around)
    const bytes = whole.subarray(around, around + length)
    this.#fill(bytes, this.#made)
    this.#made += length
    return {
      bytes: around === 0 ? whole : bytes,
      reuse() {
        // A chunk that was taken has no bytes here any more.
        if (whole.byteLength > 0) whole.fill(0xee)
      },
    }
  }

  /** Which byte of `stream` is the first that is wrong; -1 when all are as they were made. */
  firstWrong(stream: Uint8Array): number {
    const right = new Uint8Array(Math.min(stream.byteLength, this.#made))
    this.#fill(right, 0)
    if (Buffer.compare(right, stream) === 0) return -1
    return stream.findIndex((byte, i) => byte !== right[i])
  }

  #fill(bytes: Uint8Array, from: number): void {
    for (let at = 0; at < bytes.byteLength;) {
      const part = pattern.subarray((from + at + this.#salt) % pattern.byteLength)
      const length = Math.min(part.byteLength, bytes.byteLength - at)
      bytes.set(part.subarray(0, length), at)
      at += length
    }
  }
}

/** Repeats after a prime number of bytes, so that what moves by a page or a slot shows. */
const pattern = Uint8Array.from({ length: 65_521 }, (_, i) => (i * 7 + (i >>> 8) * 13) & 255)

/** Whether a chunk is its producer's again as soon as its write is done. */
export const comesBack = (ownership: Ownership | undefined): boolean => ownership !== "borrow"
