/** Bytes that the runtime has received and nobody has read yet. */
export class Received {
  readonly #chunks: Uint8Array[] = []
  /** How much of the first chunk was read. */
  #taken = 0
  #byteLength = 0

  get byteLength(): number {
    return this.#byteLength
  }

  /** Whether the peer should wait until some of them are read. */
  get full(): boolean {
    return this.#byteLength >= receiveBytes || this.#chunks.length >= receiveChunks
  }

  /** Whether the peer may go on. */
  get hasRoom(): boolean {
    return this.#byteLength <= receiveBytes / 2 && this.#chunks.length <= receiveChunks / 2
  }

  add(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    this.#chunks.push(chunk)
    this.#byteLength += chunk.byteLength
  }

  /** Moves as many as there are into `target`, and returns how many. */
  take(target: Uint8Array): number {
    let filled = 0
    while (filled < target.byteLength && this.#chunks.length > 0) {
      const [first] = this.#chunks
      const part = first.subarray(this.#taken, this.#taken + target.byteLength - filled)
      target.set(part, filled)
      filled += part.byteLength
      this.#taken += part.byteLength
      if (this.#taken < first.byteLength) break
      this.#chunks.shift()
      this.#taken = 0
    }
    this.#byteLength -= filled
    return filled
  }

  clear(): void {
    this.#chunks.length = 0
    this.#taken = 0
    this.#byteLength = 0
  }
}

/** When so many wait, the runtime stops receiving, and the peer's own buffers fill up. */
const receiveBytes = 256 * 1024
/** A peer that sends single bytes would fill far more memory with the chunks than with the bytes. */
const receiveChunks = 1024
