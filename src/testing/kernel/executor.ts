import { setImmediate } from "node:timers"
import type { Timeline } from "../world/timeline.ts"
import type { FileTable } from "./file_table.ts"

/** A simulation cannot go on. */
export class SimulationError extends Error {
  /** The name at the start of `stack`. */
  override readonly name = "SimulationError"
}

/**
 * Lets virtual time pass while a program runs. Time stands still while the program makes system calls;
 * when it stops making them, the next event happens.
 */
export class Executor {
  readonly #timeline: Timeline
  readonly #files: FileTable
  #running = false

  constructor(timeline: Timeline, files: FileTable) {
    this.#timeline = timeline
    this.#files = files
  }

  /** Runs `body` until it has settled. */
  async run<T>(body: () => T | Promise<T>, patience: number): Promise<T> {
    let settled = false
    const result = (async () => await body())()
    const settle = () => {
      settled = true
    }
    result.then(settle, settle)
    if (await this.#pump(() => settled, patience)) return await result
    throw new SimulationError(
      this.#timeline.next === undefined
        ? `Cannot go on at ${this.#timeline.now} ms: the program waits, and nothing will ever happen`
        : `Cannot go on: the program still waits after ${patience} ms of virtual time`,
    )
  }

  /** Runs all events until none is left. */
  async settle(patience: number): Promise<void> {
    await this.#pump(() => false, patience)
    if (this.#timeline.next === undefined) return
    throw new SimulationError(
      `Cannot finish within ${patience} ms of virtual time: there are still events`,
    )
  }

  /** Runs all events within `millis` at once. Promises do not run in between. */
  advance(millis: number): void {
    const until = this.#timeline.now + millis
    for (;;) {
      const { next } = this.#timeline
      if (next === undefined || next.time > until) break
      this.#timeline.step()
    }
    this.#timeline.moveTo(until)
  }

  /** Returns true once `done` does, false if no events are left. */
  async #pump(done: () => boolean, patience: number): Promise<boolean> {
    if (this.#running) throw new SimulationError("Cannot run: another run is under way")
    this.#running = true
    try {
      const timeline = this.#timeline
      const until = timeline.now + patience
      for (;;) {
        await this.#rest(shortRest, done)
        if (!done() && timeline.next?.kind !== "kernel") await this.#rest(longRest, done)
        if (done()) return true
        const { next } = timeline
        if (next === undefined || next.time > until) return false
        this.#stepIntoProgram()
      }
    } finally {
      this.#running = false
    }
  }

  /** Runs events up to the first one that the program learns of. */
  #stepIntoProgram(): void {
    for (;;) {
      const { next } = this.#timeline
      this.#timeline.step()
      if (next?.kind !== "kernel" || this.#timeline.next?.kind !== "kernel") return
    }
  }

  /** Resolves when the program has made no system call for this many turns, or is done. */
  async #rest(turns: number, done: () => boolean): Promise<void> {
    let before = this.#files.uses
    for (let turn = 0, quiet = 0; quiet < turns && !done(); turn++, quiet++) {
      if (turn === mostTurns) {
        throw new SimulationError(
          `Cannot go on at ${this.#timeline.now} ms: the program never stops making system calls`,
        )
      }
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (this.#files.uses !== before) quiet = 0
      before = this.#files.uses
    }
  }
}

/** After this many turns without a system call, a program usually waits. */
const shortRest = 2
/** The same, to be sure: before a deadline may pass, or before deciding that nothing will happen. */
const longRest = 12
/** About a second of spinning. */
const mostTurns = 100_000
