import { setImmediate } from "node:timers"
import type { Timeline } from "../world/timeline.ts"
import type { FileTable } from "./file_table.ts"

/** A simulation that cannot go on as it was asked to. */
export class SimulationError extends Error {
  /** What `stack` begins with. */
  override readonly name = "SimulationError"
}

/**
 * Lets virtual time pass while a program runs. Time stands still as long as the program is at work,
 * which is seen by its system calls; when it has come to rest, the next event happens.
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
        ? `Cannot go on at ${this.#timeline.now} ms: nothing will ever happen, and the program waits`
        : `Cannot go on: the program still waits after ${patience} ms of virtual time`,
    )
  }

  /** Lets everything happen that is going to happen. */
  async settle(patience: number): Promise<void> {
    await this.#pump(() => false, patience)
    if (this.#timeline.next === undefined) return
    throw new SimulationError(`Cannot come to rest within ${patience} ms of virtual time`)
  }

  /** Lets everything happen that is due within `millis`, at once: promises do not run meanwhile. */
  advance(millis: number): void {
    const until = this.#timeline.now + millis
    for (;;) {
      const { next } = this.#timeline
      if (next === undefined || next.time > until) break
      this.#timeline.step()
    }
    this.#timeline.moveTo(until)
  }

  /** Answers true once `done` says so, false when nothing is left to happen before. */
  async #pump(done: () => boolean, patience: number): Promise<boolean> {
    if (this.#running) throw new SimulationError("Cannot run: a run is under way")
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

  /** Lets things happen up to the first one that the program learns of. */
  #stepIntoProgram(): void {
    for (;;) {
      const { next } = this.#timeline
      this.#timeline.step()
      if (next?.kind !== "kernel" || this.#timeline.next?.kind !== "kernel") return
    }
  }

  /** Resolves when the program has made no system call for so many turns, or is done. */
  async #rest(turns: number, done: () => boolean): Promise<void> {
    let before = this.#files.uses
    for (let turn = 0, quiet = 0; quiet < turns && !done(); turn++, quiet++) {
      if (turn === mostTurns) {
        throw new SimulationError(
          `Cannot go on at ${this.#timeline.now} ms: the program spins, it makes system calls for ever`,
        )
      }
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (this.#files.uses !== before) quiet = 0
      before = this.#files.uses
    }
  }
}

/** Turns without a system call after which a program waits, as a rule. */
const shortRest = 2
/** As many before something is taken for sure: that a deadline has passed, or that nothing moves. */
const longRest = 12
/** A second of spinning, about. */
const mostTurns = 100_000
