/**
 * How long the pauses are that are made for a crowd of senders.
 *
 * As long as can be while the senders still have bytes under way meanwhile. How fast these go nobody
 * knows beforehand, but whoever ran short of them, or of room for more, tells: when many did, the pause
 * was too long; when few did, the next one may be twice as long.
 */
export class Pauses {
  #millis = shortestMillis
  #short = 0

  /** A sender had run short when it was looked after. */
  short(): void {
    this.#short++
  }

  /**
   * Milliseconds until the next look; 0 when there are too few `senders` to pause for. `others` wait for
   * something else: for bytes to read, for a connection.
   */
  next(senders: number, others: number): number {
    if (senders < crowd) return 0
    if (4 * this.#short > senders) this.#millis = Math.max(shortestMillis, this.#millis / 2)
    else if (16 * this.#short < senders) this.#millis *= 2
    this.#short = 0
    const longest = others > 0
      ? longestMillisForOthers
      : Math.max(longestMillis, senders / sendersPerMilli)
    return this.#millis = Math.min(this.#millis, longest)
  }
}

/** Fewer do not share what a pause saves. */
const crowd = 16

/** Timers know no shorter time. A turn that begins with one costs 45 µs in Bun and 110 in Deno, or more. */
const shortestMillis = 1
const longestMillis = 32
/** The more senders share a network, the longer lasts what each of them has under way. */
const sendersPerMilli = 8
/** What a reader or a listener waits for may have come when the pause has just begun. */
const longestMillisForOthers = 8
