import type { TurnEnds } from "./flush_timer.ts"

/** The task that waits until the kernel has accepted a number of bytes. There is one at a time. */
export class RoomTask {
  readonly #turnEnd: TurnEnds
  #at = Infinity
  #task: (() => void) | undefined

  constructor(turnEnd: TurnEnds) {
    this.#turnEnd = turnEnd
  }

  /** Has `task` run once when `bytes` bytes since the start are accepted. It replaces the one before. */
  wait(bytes: number, task: () => void): void {
    this.#at = bytes
    this.#task = task
  }

  /** So many bytes are accepted. The task runs at the end of a turn. */
  accepted(bytes: number): void {
    if (bytes < this.#at || this.#task === undefined) return
    this.#turnEnd.run(this.#task)
    this.#task = undefined
    this.#at = Infinity
  }
}
