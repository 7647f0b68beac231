import { setImmediate } from "node:timers"

/**
 * Runs tasks at the end of the turn: after every promise that is ready now has run, and before the
 * runtime waits for anything. One `setImmediate` serves all tasks of a turn.
 */
export class TurnEnd {
  #tasks: (() => void)[] = []
  #running: (() => void)[] = []
  #scheduled = false

  /** Runs `task` once, at the end of this turn; in the next one when called from a task. */
  run(task: () => void): void {
    this.#tasks.push(task)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#runAll)
  }

  readonly #runAll = (): void => {
    this.#scheduled = false
    const tasks = this.#tasks
    this.#tasks = this.#running
    this.#running = tasks
    for (const task of tasks) task()
    tasks.length = 0
  }
}
