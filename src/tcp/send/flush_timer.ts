/** Runs a task at the end of the turn. */
export interface TurnEnds {
  run(task: () => void): void
}

/** Sends what was written in a turn at the end of it, together. */
export class FlushTimer {
  readonly #turnEnd: TurnEnds
  readonly #flush: () => void
  #before: (() => void) | undefined
  #state: "idle" | "due" | "held" = "idle"

  constructor(turnEnd: TurnEnds, flush: () => void) {
    this.#turnEnd = turnEnd
    this.#flush = flush
  }

  /** Lets a flush be due at the end of this turn. */
  start(): void {
    if (this.#state !== "idle") return
    this.#state = "due"
    this.#turnEnd.run(this.#run)
  }

  /** Puts the flush that is due off by a turn. */
  hold(): void {
    if (this.#state === "due") this.#state = "held"
  }

  /** Calls `hook` before each flush. */
  before(hook: () => void): void {
    this.#before = hook
  }

  readonly #run = (): void => {
    if (this.#state === "held") {
      this.#state = "due"
      return this.#turnEnd.run(this.#run)
    }
    this.#state = "idle"
    this.#before?.()
    this.#flush()
  }
}
