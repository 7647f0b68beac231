/**
 * Tells who writes to a WritableStream: a writer that a program has, or a pipe.
 *
 * A pipe takes its writer without a call of the public `getWriter` (AcquireWritableStreamDefaultWriter,
 * which Bun and Deno call inside), and everybody else calls it, `Writable.fromWeb` of Node's streams
 * too. So `getWriter` of this one stream takes note.
 */
export class StreamLock {
  readonly #stream: WritableStream<Uint8Array>
  /** The writer that was given out last. */
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined
  #written = 0
  #passed = 0
  /** The number of the last chunk that a program's writer has written. */
  #lastByWriter = 0

  constructor(stream: WritableStream<Uint8Array>) {
    this.#stream = stream
    // This also keeps the lock as long as there is the stream.
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

  /** A chunk has come to the sink. Answers whether a pipe has brought it. */
  chunkPasses(): boolean {
    this.#passed++
    return this.#passed > this.#lastByWriter && !this.#writerHolds
  }

  get #writerHolds(): boolean {
    if (this.#writer === undefined) return false
    try {
      // Throws once the lock was released (the standard, `desiredSize` of a writer).
      void this.#writer.desiredSize
      return true
    } catch {
      this.#writer = undefined
      return false
    }
  }
}
