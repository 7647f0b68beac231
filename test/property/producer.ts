import { Buffer } from "node:buffer"
import type { Ownership } from "../../src/tcp/send/ownership.ts"
import type { Shape } from "./plan.ts"

/** A chunk, and the memory around it that its producer has. */
export interface Chunk {
  readonly bytes: Uint8Array
  /** Overwrites all of the memory, like a producer that reuses it. Taken memory is gone. */
  reuse(): void
}

/**
 * Creates the chunks of one stream. Each byte encodes its position in the stream, so that lost, repeated
 * or misplaced bytes are detected.
 */
export class Producer {
  readonly #salt: number
  #made = 0
  /** Where chunks follow each other, and how many bytes of it are used. */
  #row = new Uint8Array(0)
  #rowUsed = 0

  constructor(salt: number) {
    this.#salt = salt
  }

  /** How many bytes were produced so far. */
  get made(): number {
    return this.#made
  }

  next(length: number, shape: Shape): Chunk {
    const around = shape === "part" ? 100 : 0
    const whole = shape === "next"
      ? this.#behind(length)
      : shape === "shared"
      ? new Uint8Array(new SharedArrayBuffer(length))
      : new Uint8Array(length + 2 * around)
    const bytes = whole.subarray(around, around + length)
    this.#fill(bytes, this.#made)
    this.#made += length
    return {
      bytes: around === 0 ? whole : bytes,
      reuse() {
        // A taken chunk has no bytes left here.
        if (whole.byteLength > 0) whole.fill(0xee)
      },
    }
  }

  /** The next bytes of the row, or the first of a new row. */
  #behind(length: number): Uint8Array {
    if (this.#row.byteLength - this.#rowUsed < length) {
      // Never all of it in one chunk: that would be taken.
      this.#row = new Uint8Array(length + rowBytes)
      this.#rowUsed = 0
    }
    const start = this.#rowUsed
    this.#rowUsed += length
    return this.#row.subarray(start, this.#rowUsed)
  }

  /** The position of the first wrong byte of `stream`; -1 if all are correct. */
  firstWrong(stream: Uint8Array): number {
    for (const [at, right] of this.#parts(0, Math.min(stream.byteLength, this.#made))) {
      const part = stream.subarray(at, at + right.byteLength)
      if (Buffer.compare(right, part) === 0) continue
      return at + part.findIndex((byte, i) => byte !== right[i])
    }
    return stream.byteLength > this.#made ? this.#made : -1
  }

  #fill(bytes: Uint8Array, from: number): void {
    for (const [at, part] of this.#parts(from, bytes.byteLength)) bytes.set(part, at)
  }

  /** What `length` bytes of the stream from `from` on consist of, and where each part of it stands. */
  *#parts(from: number, length: number): Generator<[at: number, part: Uint8Array]> {
    for (let at = 0; at < length;) {
      const start = (from + at + this.#salt) % pattern.byteLength
      const part = pattern.subarray(start, start + length - at)
      yield [at, part]
      at += part.byteLength
    }
  }
}

const rowBytes = 1024 * 1024

/** Repeats after a prime number of bytes, so that a shift by a page or a slot is detected. */
const pattern = Uint8Array.from({ length: 65_521 }, (_, i) => (i * 7 + (i >>> 8) * 13) & 255)

/** Whether a producer may reuse a chunk as soon as its write is done. */
export const comesBack = (ownership: Ownership | undefined): boolean => ownership !== "borrow"
