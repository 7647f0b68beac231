/** Bytes that were received before the take-over, or were put back, in order. */
export class UnreadBytes {
  readonly #chunks: Uint8Array[] = []
  /** How much of the first chunk was read. */
  #taken = 0

  /** Adds a copy of these bytes, because their owner may reuse the memory. */
  add(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.#chunks.push(new Uint8Array(bytes))
  }

  get byteLength(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, -this.#taken)
  }

  /** Takes all of them as one chunk; `undefined` if there are none. */
  takeAll(): Uint8Array<ArrayBuffer> | undefined {
    const length = this.byteLength
    if (length <= 0) return undefined
    const all = new Uint8Array(length)
    this.take(all.buffer, 0, length)
    return all
  }

  /** Moves up to `length` bytes into `buffer` at `offset`, and returns how many. */
  take(buffer: ArrayBuffer, offset: number, length: number): number {
    const target = new Uint8Array(buffer, offset, length)
    let filled = 0
    while (filled < length && this.#chunks.length > 0) {
      const part = this.#chunks[0].subarray(this.#taken, this.#taken + length - filled)
      target.set(part, filled)
      filled += part.byteLength
      this.#taken += part.byteLength
      if (this.#taken < this.#chunks[0].byteLength) break
      this.#chunks.shift()
      this.#taken = 0
    }
    return filled
  }
}
