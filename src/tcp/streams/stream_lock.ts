/**
 * Tells whether a chunk was written by the program's writer or by a pipe.
 *
 * A pipe gets its writer without calling the public `getWriter` (Bun and Deno call
 * AcquireWritableStreamDefaultWriter internally). Everybody else calls it, including `Writable.fromWeb`
 * of Node's streams. So this class overrides `getWriter` of one stream to take note.
 */
export class StreamLock {
  readonly #stream: WritableStream<Uint8Array>
  /** The writer that was given out last. */
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined
  #written = 0
  #passed = 0
  /** The number of the last chunk that the program's writer has written. */
  #lastByWriter = 0

  constructor(stream: WritableStream<Uint8Array>) {
    this.#stream = stream
    // This also keeps the lock alive as long as the stream.
    const getWriter = () => this.#writer = WritableStream.prototype.getWriter.call(stream)
    Object.defineProperty(stream, "getWriter", {
      value: getWriter,
      configurable: true,
      writable: true,
    })
  }

  /** Whether a pipe has the stream now. */
  get pipes(): boolean {
    return this.#stream.locked && !this.#writerHolds
  }

  /** A chunk was written to the stream. */
  chunkWritten(): void {
    this.#written++
    if (this.#writerHolds) this.#lastByWriter = this.#written
  }

  /** A chunk has reached the sink. Returns whether a pipe delivered it. */
  chunkPasses(): boolean {
    this.#passed++
    return this.#passed > this.#lastByWriter && !this.#writerHolds
  }

  get #writerHolds(): boolean {
    if (this.#writer === undefined) return false
    try {
      // Throws once the lock is released (the streams standard, `desiredSize` of a writer).
      void this.#writer.desiredSize
      return true
    } catch {
      this.#writer = undefined
      return false
    }
  }
}
