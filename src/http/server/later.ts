/** Bytes that have arrived behind the request that is being answered. */
export class LaterBytes {
  #bytes: Uint8Array<ArrayBuffer> = none
  #at = 0

  /** How many there are. */
  get byteLength(): number {
    return this.#bytes.byteLength - this.#at
  }

  /** Adds bytes that nobody else has. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    const rest = this.first(Infinity)
    this.#at = 0
    if (rest.byteLength === 0) {
      this.#bytes = bytes
      return
    }
    this.#bytes = new Uint8Array(rest.byteLength + bytes.byteLength)
    this.#bytes.set(rest)
    this.#bytes.set(bytes, rest.byteLength)
  }

  /** The first ones, at most `most`. */
  first(most: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#at, Math.min(this.#at + most, this.#bytes.byteLength))
  }

  /** The first ones, to be copied back to the parser: as many as hold some requests. */
  get piece(): Uint8Array<ArrayBuffer> {
    return this.first(pieceBytes)
  }

  /** Drops the first `count` of them. */
  drop(count: number): void {
    this.#at += count
    if (this.byteLength > 0) return
    this.#bytes = none
    this.#at = 0
  }
}

const none = new Uint8Array(0)
const pieceBytes = 4096
