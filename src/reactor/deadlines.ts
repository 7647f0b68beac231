import type * as Context from "effect/Context"
import { givenClock } from "./given_clock.ts"
import { later } from "./later.ts"

/**
 * Calls `expire` once a time has passed. It does not keep the process alive. If `expire` throws, the
 * error is uncaught, and the other deadlines still expire.
 */
export class Deadline {
  readonly expire: () => void
  readonly #deadlines: Deadlines
  #at = Infinity
  #group: Group | undefined

  constructor(deadlines: Deadlines, expire: () => void) {
    this.#deadlines = deadlines
    this.expire = expire
  }

  /** When it expires, by the clock of its `Deadlines`; never if it is Infinity. */
  get at(): number {
    return this.#at
  }

  /**
   * Expires `millis` milliseconds from now, or up to a sixteenth (at least a millisecond) later. Called
   * again, it counts from then; that is cheap enough for each event of a socket.
   */
  start(millis: number): void {
    this.#at = this.#deadlines.now() + millis
    // The group looks at it again when its own time comes.
    const before = this.#group
    if (before !== undefined && before.at <= this.#at) return
    this.#group = this.#deadlines.join(this, millis)
    if (before !== undefined) this.#deadlines.leave(before, this)
  }

  /** Does not expire, until it is started again. */
  stop(): void {
    this.#at = Infinity
    const group = this.#group
    if (group === undefined) return
    this.#group = undefined
    this.#deadlines.leave(group, this)
  }

  /** @internal The time of its group has come. */
  look(now: number): void {
    this.#group = undefined
    if (this.#at > now) {
      this.#group = this.#deadlines.join(this, this.#at - now)
      return
    }
    this.#at = Infinity
    this.expire()
  }
}

/**
 * All deadlines of a stack. Deadlines that are near each other share a group, and one timer serves the
 * earliest group, so that ten thousand sockets arm a few timers a second, one after the other, and none
 * arm none.
 */
export class Deadlines {
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number
  readonly #services: Context.Context<never>
  readonly #groups = new Map<number, Group>()
  #armedFor = Infinity
  #disarm: (() => void) | undefined
  #looking = false

  constructor(services: Context.Context<never>) {
    this.#services = services
    const clock = givenClock(services)
    this.now = clock === undefined ? () => performance.now() : () => clock.currentTimeMillisUnsafe()
  }

  /** How many groups there are: no more than 32 for each power of two among the times. */
  get groups(): number {
    return this.#groups.size
  }

  /** Whether a timer is armed. */
  get armed(): boolean {
    return this.#disarm !== undefined
  }

  /** @internal Puts a deadline that expires in `millis` into its group. */
  join(deadline: Deadline, millis: number): Group {
    const at = coarse(deadline.at, millis)
    let group = this.#groups.get(at)
    if (group === undefined) {
      group = { at, members: new Set() }
      this.#groups.set(at, group)
      this.#arm(at)
    }
    group.members.add(deadline)
    return group
  }

  /** @internal Takes a deadline out of its group. */
  leave(group: Group, deadline: Deadline): void {
    group.members.delete(deadline)
    if (group.members.size > 0) return
    this.#drop(group)
    if (this.#groups.size === 0) this.#rest()
  }

  #rest(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = Infinity
  }

  #arm(at: number): void {
    if (this.#looking || at >= this.#armedFor) return
    this.#disarm?.()
    this.#armedFor = at
    const millis = Math.min(Math.max(1, Math.ceil(at - this.now())), longestTimer)
    this.#disarm = later(this.#services, millis, () => this.#look())
  }

  #drop(group: Group): void {
    if (this.#groups.get(group.at) === group) this.#groups.delete(group.at)
  }

  #look(): void {
    this.#disarm = undefined
    this.#armedFor = Infinity
    this.#looking = true
    // A timer may come up to a millisecond early; then the same group gets another.
    const now = this.now()
    for (const group of [...this.#groups.values()].filter(({ at }) => at <= now)) {
      this.#drop(group)
      // A deadline that is stopped by one before it leaves the set, and is not visited.
      for (const deadline of group.members) expire(deadline, now)
    }
    this.#looking = false
    const next = Math.min(...this.#groups.keys())
    if (next !== Infinity) this.#arm(next)
  }
}

/** Deadlines that are looked at together. */
interface Group {
  /** When, in milliseconds of the clock. */
  readonly at: number
  readonly members: Set<Deadline>
}

/** One that throws must not keep the others from expiring: they belong to other sockets. */
function expire(deadline: Deadline, now: number): void {
  try {
    deadline.look(now)
  } catch (failure) {
    queueMicrotask(() => {
      throw failure
    })
  }
}

/** `at`, rounded up to a power of two that is at most a sixteenth of `millis`, or to a millisecond. */
function coarse(at: number, millis: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(millis / 16)))
  return Math.ceil(at / step) * step
}

/** A runtime's timer with more than 2^31 - 1 milliseconds ends at once. */
const longestTimer = 2 ** 30
