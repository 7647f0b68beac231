import { setTimeout } from "node:timers"

/** A socket that waits in line. */
export interface Turn {
  /** Its turn has come: it may pin a quantum. */
  take(): void
}

/** The numbers of a budget that decide when the next turn comes, and whether turns pay off. In bytes. */
export interface Pool {
  /** The most that may be pinned. */
  readonly limit: number
  /** Not pinned now. */
  readonly free: number
  /** Pinned and come back so far. */
  readonly returned: number
}

/**
 * Turns for a crowd in which equal shares of the budget would be small: some sockets have a quantum in
 * flight, the others wait in line (round robin, as in Shreedhar and Varghese, 1995).
 *
 * A thousand sockets with a thousandth each would make a small call whenever some of it comes back. With
 * a quantum, a socket makes one large call instead of several. Fewer sockets are then in the network's
 * queues at once, and TCP shares those better among fewer. But the larger a quantum is, the longer a slow
 * peer keeps it from others. So quanta are tried, the smallest first, and larger ones as long as the
 * total that comes back does not fall. If it falls, if a turn takes too long to come round, or if no turn
 * comes because peers read nothing, a smaller quantum follows, or none.
 */
export class RoundRobin {
  readonly #pool: Pool
  readonly #line = new Set<Turn>()
  readonly #later: (task: () => void) => void
  readonly #now: () => number
  /** An index of `quanta`. */
  #level = 0
  /** What came back per second at the level below, in bytes. */
  #rateBelow = 0
  #noMoreBefore = 0
  #serving = false
  #crowd = false
  #reviewing = false
  #reviews = 0
  #served = 0
  #servedBefore = 0
  #returnedBefore = 0
  /** The first in line at the last review. */
  #first: Turn | undefined

  /** `later` runs a task half a second later; `now` is in milliseconds. */
  constructor(
    pool: Pool,
    later: (task: () => void) => void = afterHalfASecond,
    now: () => number = () => performance.now(),
  ) {
    this.#pool = pool
    this.#later = later
    this.#now = now
  }

  /** Bytes of a turn; 0 if there are no turns. */
  get quantum(): number {
    return quanta[this.#level]
  }

  /** How many sockets wait. */
  get size(): number {
    return this.#line.size
  }

  /** Whether to take turns although nobody is in line, if each socket would otherwise get `part`. */
  pays(part: number): boolean {
    if (part < this.#largest) this.#notice()
    return part < this.quantum
  }

  /** Joins the line, or keeps its place there. */
  join(turn: Turn): void {
    this.#line.add(turn)
    this.#notice()
  }

  /** Leaves the line. */
  leave(turn: Turn): void {
    this.#line.delete(turn)
  }

  /** Some memory has come back: gives turns while there is enough. */
  serve(): void {
    // A socket may get some of its memory back while it takes its turn.
    if (this.#serving || this.#line.size === 0) return
    this.#serving = true
    try {
      for (const turn of this.#line) {
        if (this.#pool.free < reserveQuanta * this.quantum) return
        this.#line.delete(turn)
        this.#served++
        turn.take()
      }
    } finally {
      this.#serving = false
    }
  }

  get #largest(): number {
    const most = this.#pool.limit / leastQuanta
    return quanta.findLast((bytes) => bytes <= most) ?? 0
  }

  /** There is a crowd: reviews it half a second later. */
  #notice(): void {
    this.#crowd = true
    if (this.#reviewing) return
    this.#reviewing = true
    this.#startTrial()
    this.#later(this.#review)
  }

  #startTrial(): void {
    this.#reviews = 0
    this.#served = this.#servedBefore = 0
    this.#returnedBefore = this.#pool.returned
    this.#first = this.#line.values().next().value
  }

  readonly #review = (): void => {
    if (!this.#crowd && this.#line.size === 0) {
      this.#reviewing = false
      return
    }
    this.#crowd = this.#line.size > 0
    const first = this.#line.values().next().value
    const stuck = first !== undefined && first === this.#first &&
      this.#served === this.#servedBefore
    this.#first = first
    this.#servedBefore = this.#served
    if (stuck) this.#lower()
    else if (++this.#reviews === reviewsPerTrial) this.#judge()
    this.serve()
    this.#later(this.#review)
  }

  /** A trial has ended. */
  #judge(): void {
    const rate = (this.#pool.returned - this.#returnedBefore) / trialSeconds
    // How long the last in line will wait.
    const seconds = this.#line.size === 0 ? 0 : this.#line.size / (this.#served / trialSeconds)
    const now = this.#now()
    if (rate < leastOfRate * this.#rateBelow || seconds > longestSeconds) this.#lower()
    else if (
      this.quantum < this.#largest && now >= this.#noMoreBefore && 2 * seconds <= longestSeconds
    ) {
      this.#rateBelow = rate
      this.#level++
    }
    this.#startTrial()
  }

  #lower(): void {
    this.#level = Math.max(0, this.#level - 1)
    this.#rateBelow = 0
    this.#noMoreBefore = this.#now() + retryMillis
    this.#startTrial()
  }
}

const afterHalfASecond = (task: () => void): void => {
  // Sockets in line keep the process alive themselves, if they should.
  setTimeout(task, reviewSeconds * 1000).unref()
}

/** In bytes. The largest is the size of one call, 17 pieces of 64 KiB; larger ones would save little more. */
const quanta: readonly number[] = [0, 256 * 1024, 512 * 1024, 1024 * 1024]
/** A budget has at least this many quanta. */
const leastQuanta = 64
/** This many stay free when a turn is given, so that new sockets find some. */
const reserveQuanta = 8
const reviewSeconds = 0.5
const reviewsPerTrial = 4
const trialSeconds = reviewSeconds * reviewsPerTrial
/** A share of what came back before. If doubling the quantum halves it, memory is the bottleneck. */
const leastOfRate = 0.75
/** A turn should come round before the receivers become impatient. */
const longestSeconds = 8
/** Larger quanta are tried again after this time. */
const retryMillis = 10_000
