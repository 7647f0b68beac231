import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error/mod.ts"

/**
 * Callers that wait until a growing counter reaches their mark. They wait in an Effect. Interrupting it
 * only ends the wait.
 */
export class Waiters {
  readonly #waiting: Waiter[] = []
  readonly #changed: () => void
  #counter = 0
  #failure: ZerowireError | undefined

  /** `changed` is called when the first caller comes and when the last one leaves. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Succeeds once the counter reaches `mark`; at once if it already has, or if `fail` was called. */
  until(mark: number): Effect.Effect<void, ZerowireError> {
    return Effect.callback<void, ZerowireError>((resume) => {
      const leave = this.when(
        mark,
        (failure) => resume(failure === undefined ? Effect.void : Effect.fail(failure)),
      )
      return Effect.sync(leave)
    })
  }

  /** Calls `resume` once, when `until` would end. Returns a function that ends the wait. */
  when(mark: number, resume: Resume): () => void {
    if (mark <= this.#counter) {
      resume(undefined)
      return noWait
    }
    if (this.#failure !== undefined) {
      resume(this.#failure)
      return noWait
    }
    const waiter: Waiter = { mark, resume }
    this.#waiting.push(waiter)
    if (this.#waiting.length === 1) this.#changed()
    return () => this.#remove(waiter)
  }

  /** Resumes callers whose mark is reached. */
  reached(counter: number): void {
    this.#counter = counter
    // Called for every piece. A closure here would cost something even if nobody waits.
    if (this.#waiting.length > 0) this.#letGo(counter)
  }

  #letGo(counter: number): void {
    const done = this.#waiting.filter(({ mark }) => mark <= counter)
    for (const waiter of done) {
      this.#remove(waiter)
      waiter.resume(undefined)
    }
  }

  /** Fails all callers, present and future: the counter will not grow any more. */
  fail(error: ZerowireError): void {
    this.#failure ??= error
    for (const waiter of this.#waiting.splice(0)) waiter.resume(error)
    this.#changed()
  }

  #remove(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    if (this.#waiting.length === 0) this.#changed()
  }
}

/** Is told how a wait has ended. */
export type Resume = (failure: ZerowireError | undefined) => void

interface Waiter {
  readonly mark: number
  readonly resume: Resume
}

const noWait = (): void => {}
