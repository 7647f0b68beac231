/** Runs a task at the end of the turn. */
export interface TurnEnds {
  run(task: () => void): void
}

/** Sends everything that is written in one turn together, at the end of the turn. */
export class FlushTimer {
  readonly #turnEnd: TurnEnds
  readonly #flush: () => void
  #before: (() => void) | undefined
  #state: "idle" | "due" | "held" = "idle"
  /** What a flush waits for. */
  #awaited = 0
  /** Turns that it may still wait. */
  #turns = 0

  constructor(turnEnd: TurnEnds, flush: () => void) {
    this.#turnEnd = turnEnd
    this.#flush = flush
  }

  /** Schedules a flush for the end of this turn. */
  start(): void {
    if (this.#state !== "idle") return
    this.#state = "due"
    this.#turnEnd.run(this.#run)
  }

  /** Delays the scheduled flush by one turn. */
  hold(): void {
    if (this.#state === "due") this.#state = "held"
  }

  /**
   * Has flushes wait for what is about to be queued, so that it shares a packet with what they send; a few
   * turns at most, because it may never come. Returns a function that ends the wait.
   */
  await(): () => void {
    if (this.#awaited++ === 0) this.#turns = mostTurns
    let ended = false
    return () => {
      if (!ended) this.#awaited--
      ended = true
    }
  }

  /** Calls `hook` before each flush. */
  before(hook: () => void): void {
    this.#before = hook
  }

  readonly #run = (): void => {
    if (this.#state === "held" || this.#awaited > 0 && this.#turns-- > 0) {
      this.#state = "due"
      return this.#turnEnd.run(this.#run)
    }
    this.#state = "idle"
    this.#before?.()
    this.#flush()
  }
}

/** A file whose inode is in memory is opened within three. A turn in which nothing happens takes microseconds. */
const mostTurns = 32
