/**
 * Buffers that are read into and sent from, in turn. A BYOB read transfers its buffer: the bytes stay in
 * place under a new ArrayBuffer, and views of the old one become empty. These are not mapped slots,
 * because a cancelled read never returns its buffer, and its source may still write to it. A buffer of
 * the heap is collected when nothing refers to it; a slot would be lost.
 */
export class BufferPool {
  readonly #bytes: number
  readonly #free: ArrayBuffer[] = []
  #unmade: number
  #waiting: (() => void) | undefined

  /** At most `count` buffers of `bytes` each, allocated on demand. */
  constructor(bytes: number, count: number) {
    this.#bytes = bytes
    this.#unmade = count
  }

  /** A free buffer, or nothing. */
  take(): ArrayBuffer | undefined {
    const buffer = this.#free.pop()
    if (buffer !== undefined || this.#unmade === 0) return buffer
    this.#unmade--
    return new ArrayBuffer(this.#bytes)
  }

  giveBack(buffer: ArrayBuffer): void {
    // A source may respond with a smaller buffer of its own, and keep ours.
    if (buffer.byteLength === this.#bytes) this.#free.push(buffer)
    else this.#unmade++
    this.wake()
  }

  /** Resolves when there is a buffer, or when `wake` is called. Only one caller may wait. */
  untilFree(): Promise<void> {
    if (this.#free.length + this.#unmade > 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting = resolve)
  }

  wake(): void {
    this.#waiting?.()
    this.#waiting = undefined
  }
}
