/**
 * How long the reactor goes on looking for events before it parks a thread.
 *
 * A wake crosses threads: it costs 30 to 100 µs of time and more CPU than a small message. A look costs
 * one turn of the event loop, 4 to 7 µs. So looking pays if the next event comes soon, and the last sleeps
 * tell whether it will (as KVM does it: Documentation/virt/kvm/halt-polling.rst). After a short sleep the
 * window for looks grows, after a long one it shrinks to nothing: a peer that asks now and then costs no
 * look. Where peers cannot go on while this thread looks, because they share its CPU, looks find nothing
 * although sleeps are short, and they stop for a while.
 */
export class Looks {
  readonly #now: () => number
  /** In milliseconds, from the last event on. */
  #window = 0
  #left = 0
  #since = 0
  #parkedAt = 0
  /** Windows in a row that have brought nothing. */
  #fruitless = 0
  /** Short sleeps until looking is tried again. */
  #rest = 0

  /** `now` is in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Events were found. */
  found(): void {
    if (this.#window === 0) return
    // A look within the window, in place of a wake.
    if (this.#left < mostLooks) this.#fruitless = 0
    this.#left = mostLooks
    this.#since = this.#now()
  }

  /** Nothing was found. Returns whether to look once more before a thread is parked. */
  again(): boolean {
    if (this.#window === 0 || this.#left === 0) return false
    if (this.#now() - this.#since >= this.#window) return false
    this.#left--
    return true
  }

  /** A thread was parked. */
  parked(): void {
    this.#parkedAt = this.#now()
    if (this.#window === 0) return
    if (++this.#fruitless < mostFruitless) return
    this.#window = 0
    this.#fruitless = 0
    this.#rest = restSleeps
  }

  /** The parked thread has woken us. */
  woken(): void {
    const short = this.#now() - this.#parkedAt < shortSleepMillis
    if (!short) this.#window = this.#window > firstMillis ? this.#window / 2 : 0
    else if (this.#rest > 0) this.#rest--
    else this.#window = Math.min(Math.max(firstMillis, 2 * this.#window), mostMillis)
    this.#left = mostLooks
    this.#since = this.#now()
  }
}

/** With more looks or more time than this, the wakes that are saved cost less than the looks. */
const mostLooks = 32
const mostMillis = 0.15
const firstMillis = 0.04
/** A look would have found what came after such a sleep. A wake's own time is in it. */
const shortSleepMillis = 0.25
const mostFruitless = 8
const restSleeps = 256
