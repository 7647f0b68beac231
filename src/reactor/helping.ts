/**
 * How many of a crowd have their turn before everybody else is looked for again. One may need a microsecond,
 * or a millisecond in which it sends megabytes.
 */
export class Helping {
  readonly #now: () => number
  #most = mostAtOnce
  #since = 0

  /** `now` is in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The most that may have their turn now. */
  begin(): number {
    this.#since = this.#now()
    return this.#most
  }

  /** So many had their turn. */
  end(served: number): void {
    if (served === 0) return
    const each = (this.#now() - this.#since) / served
    this.#most = Math.max(1, Math.min(mostAtOnce, Math.floor(longestMillis / each)))
  }
}

const mostAtOnce = 32
/** A look costs some microseconds, so looks take less than a hundredth of the time. */
const longestMillis = 1
