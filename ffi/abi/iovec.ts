import type { NativeMemory } from "../memory.ts"

/** Bytes of one `struct iovec { void *iov_base; size_t iov_len; }`. */
export const iovecBytes = 16

/** An array of `struct iovec`, and a strong reference to the memory that each element points to. */
export class IovecArray {
  readonly memory: NativeMemory
  readonly capacity: number
  readonly #words: Uint32Array
  readonly #held: (NativeMemory | undefined)[]
  /** Elements from here on are unused. */
  #used = 0

  /** `memory` must have room for at least one element and be aligned to 8 bytes. */
  constructor(memory: NativeMemory) {
    this.memory = memory
    this.capacity = Math.floor(memory.buffer.byteLength / iovecBytes)
    this.#words = new Uint32Array(memory.buffer, 0, this.capacity * 4)
    this.#held = new Array(this.capacity).fill(undefined)
  }

  /**
   * Points element `index` at `length` bytes of `target` at `offset`.
   *
   * @throws {RangeError} if they are not inside `target`, or `index` is not inside this array.
   */
  set(index: number, target: NativeMemory, offset: number, length: number): void {
    if ((index >>> 0) !== index || index >= this.capacity) {
      throw new RangeError(`Cannot set element ${index} of an iovec array of ${this.capacity}`)
    }
    target.check(offset, length)
    const start = target.start + offset
    this.#words[index * 4] = start >>> 0
    this.#words[index * 4 + 1] = start / 0x1_0000_0000
    this.#words[index * 4 + 2] = length
    // Lengths beyond 32 bits are refused above: no ArrayBuffer of 4 GiB is sent in one piece.
    this.#words[index * 4 + 3] = 0
    this.#held[index] = target
    if (index >= this.#used) this.#used = index + 1
  }

  /** The sum of the lengths of the first `count` elements, in bytes. */
  byteLength(count: number): number {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.#words[i * 4 + 2]
    return sum
  }

  /** Drops the references to the memory of all elements. */
  clear(): void {
    for (let i = 0; i < this.#used; i++) this.#held[i] = undefined
    this.#used = 0
  }
}
