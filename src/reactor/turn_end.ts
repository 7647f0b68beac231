import { setImmediate } from "node:timers"

/**
 * Runs tasks at the end of the turn: after all promise reactions that are due, and before the runtime
 * waits for anything. One `setImmediate` serves all tasks of a turn.
 */
export class TurnEnd {
  readonly #schedule: (run: () => void) => unknown
  #tasks: (() => void)[] = []
  #running: (() => void)[] = []
  #last: (() => void) | undefined
  #scheduled = false
  #turns = 0

  constructor(schedule: (run: () => void) => unknown = setImmediate) {
    this.#schedule = schedule
  }

  /**
   * Turns that have ended so far, of those that had tasks. While it stays the same, the event loop may have
   * turned; when it has changed, it has.
   */
  get turns(): number {
    return this.#turns
  }

  /** Runs `task` once, at the end of this turn; if called from a task, at the end of the next. */
  run(task: () => void): void {
    this.#tasks.push(task)
    this.#scheduleOnce()
  }

  /** Runs `task` as `run` does, after all others of the turn. There is one such task at a time. */
  runLast(task: () => void): void {
    this.#last = task
    this.#scheduleOnce()
  }

  #scheduleOnce(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(this.#runAll)
  }

  readonly #runAll = (): void => {
    this.#scheduled = false
    this.#turns++
    const tasks = this.#tasks
    const last = this.#last
    this.#tasks = this.#running
    this.#running = tasks
    this.#last = undefined
    if (last !== undefined) tasks.push(last)
    let begun = 0
    try {
      while (begun < tasks.length) tasks[begun++]()
    } finally {
      // If a task throws, the next tasks still run: they belong to other sockets.
      for (const task of tasks.slice(begun)) this.run(task)
      tasks.length = 0
    }
  }
}
