/** Whether so much goes through a relay that a courier should move the bytes. */
export class RelayPace {
  readonly #clock: { currentTimeMillisUnsafe(): number }
  #busy = false
  #bytes = 0
  #since: number

  constructor(clock: { currentTimeMillisUnsafe(): number }) {
    this.#clock = clock
    this.#since = clock.currentTimeMillisUnsafe()
  }

  get busy(): boolean {
    return this.#busy
  }

  /** `n` bytes were moved by this thread. */
  moved(n: number): void {
    this.#bytes += n
    if (this.#bytes < spanBytes) return
    const now = this.#clock.currentTimeMillisUnsafe()
    this.#busy = now - this.#since <= spanMillis
    this.#since = now
    this.#bytes = 0
  }

  /** A courier's call has moved `n` bytes. */
  movedElsewhere(n: number): void {
    this.#busy = n >= worthBytes
    this.#since = this.#clock.currentTimeMillisUnsafe()
    this.#bytes = 0
  }
}

/**
 * So many bytes in so much time, 84 MB a second, begin with a courier. A thread has to be woken, and in Deno
 * started, so it is not for relays that are soon over.
 */
const spanBytes = 8 * 1024 * 1024
const spanMillis = 100

/** A courier's call of up to a second that moves less is followed by no other one. */
const worthBytes = 8 * 1024 * 1024
