/**
 * How long the reactor pauses for a crowd of senders.
 *
 * A pause should be as long as possible while the senders still have bytes in flight. Nobody knows in
 * advance how fast these leave, but senders report when they have run out of them, or out of room. If
 * many did, the pause was too long; if few did, the next one may be twice as long.
 */
export class Pauses {
  #millis = shortestMillis
  #short = 0

  /** A sender had run short by the time it was served. */
  short(): void {
    this.#short++
  }

  /**
   * Milliseconds until the crowd is looked for again; 0 if there are too few `senders` for a pause.
   * `readers` of them wait for bytes to read, too.
   */
  next(senders: number, readers: number): number {
    if (senders < crowd) return 0
    if (4 * this.#short > senders) this.#millis = Math.max(shortestMillis, this.#millis / 2)
    else if (16 * this.#short < senders) this.#millis *= 2
    this.#short = 0
    const longest = readers > 0
      ? longestMillisForReaders
      : Math.max(longestMillis, senders / sendersPerMilli)
    return this.#millis = Math.min(this.#millis, longest)
  }
}

/** With fewer senders a pause saves nothing. */
const crowd = 16

/**
 * The shortest time of a timer. A turn that begins with a timer costs at least 45 µs in Bun and 110 µs in
 * Deno.
 */
const shortestMillis = 1
const longestMillis = 32
/** The more senders share a network, the longer each one's bytes in flight last. */
const sendersPerMilli = 8
/** The bytes that a reader waits for may come right after the pause has begun. */
const longestMillisForReaders = 8
