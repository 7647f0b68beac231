/**
 * Buffers to read to and to send from, in turn. A BYOB read transfers its buffer: the bytes stay where
 * they are, under a new ArrayBuffer, and whoever had the old one has nothing. Mapped slots would do as
 * well, but a read that is cancelled never gives its buffer back, and whether its source still writes
 * there nobody knows. A buffer of the heap is collected when nobody has it; a slot would be lost.
 */
export class BufferPool {
  readonly #bytes: number
  readonly #free: ArrayBuffer[] = []
  #unmade: number
  #waiting: (() => void) | undefined

  /** At most `count` buffers of `bytes` each, made when they are needed. */
  constructor(bytes: number, count: number) {
    this.#bytes = bytes
    this.#unmade = count
  }

  /** A buffer that nobody uses, or nothing. */
  take(): ArrayBuffer | undefined {
    const buffer = this.#free.pop()
    if (buffer !== undefined || this.#unmade === 0) return buffer
    this.#unmade--
    return new ArrayBuffer(this.#bytes)
  }

  giveBack(buffer: ArrayBuffer): void {
    // A source may answer with a smaller buffer of its own, and keep ours.
    if (buffer.byteLength === this.#bytes) this.#free.push(buffer)
    else this.#unmade++
    this.wake()
  }

  /** Resolves when there is a buffer, or when somebody calls `wake`. One may wait. */
  untilFree(): Promise<void> {
    if (this.#free.length + this.#unmade > 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting = resolve)
  }

  wake(): void {
    this.#waiting?.()
    this.#waiting = undefined
  }
}
