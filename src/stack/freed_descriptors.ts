import type { TurnEnd } from "../reactor/mod.ts"

/** Tells waiting callers that this process has closed a file descriptor. */
export class FreedDescriptors {
  readonly #turnEnd: TurnEnd
  readonly #waiting = new Set<() => void>()
  #telling = false

  constructor(turnEnd: TurnEnd) {
    this.#turnEnd = turnEnd
  }

  /**
   * Calls `hear` at the end of each turn in which file descriptors were closed, until the returned
   * function is called.
   */
  listen(hear: () => void): () => void {
    this.#waiting.add(hear)
    return () => void this.#waiting.delete(hear)
  }

  /** A file descriptor was closed. */
  note(): void {
    if (this.#telling || this.#waiting.size === 0) return
    this.#telling = true
    this.#turnEnd.run(this.#tell)
  }

  readonly #tell = (): void => {
    this.#telling = false
    for (const hear of [...this.#waiting]) hear()
  }
}
