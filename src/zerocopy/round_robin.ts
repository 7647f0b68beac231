import { setTimeout } from "node:timers"

/** Somebody who waits in line. */
export interface Turn {
  /** Its turn has come: it may pin a quantum. */
  take(): void
}

/** What decides of a budget when the next turn comes, and whether turns are good for it. In bytes. */
export interface Pool {
  /** May be pinned in all. */
  readonly limit: number
  /** Not pinned now. */
  readonly free: number
  /** Pinned and come back, since the start. */
  readonly returned: number
}

/**
 * Turns for a crowd whose equal parts of a budget would be small: some have a quantum in flight, the
 * others wait in line (round robin, as in Shreedhar and Varghese, 1995).
 *
 * A thousand sockets with a thousandth each make a small call whenever some of it comes back. With a
 * quantum each makes one large call instead of several, and there are fewer at once in the network's
 * queues, which TCP shares the better the fewer they are. But memory that waits behind a slow peer is
 * kept from others the longer, the more of it there is. So quanta are tried, the smallest first, and
 * larger ones as long as no less comes back in all; when less does, when a turn takes too long to come
 * round, or when none comes at all because of peers that read nothing, smaller ones follow, or none.
 */
export class RoundRobin {
  readonly #pool: Pool
  readonly #line = new Set<Turn>()
  readonly #later: (task: () => void) => void
  readonly #now: () => number
  /** An index of `quanta`. */
  #level = 0
  /** What came back at the level below, in bytes a second. */
  #rateBelow = 0
  #noMoreBefore = 0
  #serving = false
  #crowd = false
  #reviewing = false
  #reviews = 0
  #served = 0
  #servedBefore = 0
  #returnedBefore = 0
  /** Who was the first in line at the last review. */
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

  /** Bytes of a turn. 0 when there are no turns. */
  get quantum(): number {
    return quanta[this.#level]
  }

  /** How many wait. */
  get size(): number {
    return this.#line.size
  }

  /** Whether turns are taken while there is no line, and each would get `part` without them. */
  pays(part: number): boolean {
    if (part < this.#largest) this.#notice()
    return part < this.quantum
  }

  /** Waits in line, at its place when it does so already. */
  join(turn: Turn): void {
    this.#line.add(turn)
    this.#notice()
  }

  /** Waits no more. */
  leave(turn: Turn): void {
    this.#line.delete(turn)
  }

  /** Some memory has come back: gives turns to those for whom there is enough. */
  serve(): void {
    // Whoever takes a turn may get some of its memory back meanwhile.
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

  /** There is a crowd, so it is looked at half a second later. */
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

  /** A trial is over. */
  #judge(): void {
    const rate = (this.#pool.returned - this.#returnedBefore) / trialSeconds
    // How long the last one in line has to wait.
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
  // Those in line keep the process alive themselves, if they are to.
  setTimeout(task, reviewSeconds * 1000).unref()
}

/** In bytes. The largest is what one call takes, 17 pieces of 64 KiB, and more would save little more. */
const quanta: readonly number[] = [0, 256 * 1024, 512 * 1024, 1024 * 1024]
/** A budget has so many at least. */
const leastQuanta = 64
/** So many stay free when a turn is given, so that whoever comes newly finds something. */
const reserveQuanta = 8
const reviewSeconds = 0.5
const reviewsPerTrial = 4
const trialSeconds = reviewSeconds * reviewsPerTrial
/** Of what came back before. Twice as large quanta that halve it tell that memory is what is short. */
const leastOfRate = 0.75
/** A turn should come round before those who wait for the bytes become impatient. */
const longestSeconds = 8
/** After so long larger quanta are tried again. */
const retryMillis = 10_000
