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
