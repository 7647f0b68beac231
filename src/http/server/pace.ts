/**
 * Whether bytes move as fast as they must. Only time in which somebody waits for them counts, in windows: a
 * slow handler, or a stream with nothing to send, is not the client's fault.
 */
export class Pace {
  readonly #rate: number
  readonly #window: number
  #waited = 0
  #fromBytes = 0
  #lastLook = 0

  /** `rate` bytes a second over `window` milliseconds; 0 for any. */
  constructor(rate: number, window: number) {
    this.#rate = rate
    this.#window = window
  }

  /** Looks, about once a second: so many bytes have moved by now, and perhaps somebody waits for more. */
  tooSlow(now: number, bytes: number, waiting: boolean): boolean {
    // After this thread was blocked for a minute, nobody knows what was possible in that minute.
    const since = Math.min(now - this.#lastLook, longestLook)
    this.#lastLook = now
    if (!waiting) {
      this.#waited = 0
      this.#fromBytes = bytes
      return false
    }
    this.#waited += since
    if (this.#waited < this.#window) return false
    const least = this.#rate * this.#waited / 1000
    const slow = bytes - this.#fromBytes < least
    this.#waited = 0
    this.#fromBytes = bytes
    return slow
  }
}

const longestLook = 2000
