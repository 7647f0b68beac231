import type { TurnEnd } from "../reactor/mod.ts"

/** Who waits until this process has closed one of its file descriptors. */
export class FreedDescriptors {
  readonly #turnEnd: TurnEnd
  readonly #waiting = new Set<() => void>()
  #telling = false

  constructor(turnEnd: TurnEnd) {
    this.#turnEnd = turnEnd
  }

  /** Calls `hear` at the end of each turn in which some were closed, until what it answers is called. */
  listen(hear: () => void): () => void {
    this.#waiting.add(hear)
    return () => void this.#waiting.delete(hear)
  }

  /** One was closed. */
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
