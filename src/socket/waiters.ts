import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error.ts"

/**
 * Those who wait until a counter that only grows has reached their mark. They wait in an Effect that
 * can be interrupted; nothing is undone by that, only the waiting ends.
 */
export class Waiters {
  readonly #waiting: Waiter[] = []
  readonly #changed: () => void

  /** `changed` is called when the first one comes and when the last one goes. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Succeeds once the counter, `reached` now, has come to `mark`. */
  until(mark: number): Effect.Effect<void, ZerowireError> {
    return Effect.callback<void, ZerowireError>((resume) => {
      const waiter: Waiter = { mark, resume }
      this.#waiting.push(waiter)
      if (this.#waiting.length === 1) this.#changed()
      return Effect.sync(() => this.#remove(waiter))
    })
  }

  /** Lets those go on whose mark is reached. */
  reached(counter: number): void {
    if (this.#waiting.length === 0) return
    const done = this.#waiting.filter(({ mark }) => mark <= counter)
    for (const waiter of done) {
      this.#remove(waiter)
      waiter.resume(Effect.void)
    }
  }

  /** Fails everybody. */
  fail(error: ZerowireError): void {
    for (const waiter of this.#waiting.splice(0)) waiter.resume(Effect.fail(error))
    this.#changed()
  }

  #remove(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    if (this.#waiting.length === 0) this.#changed()
  }
}

interface Waiter {
  readonly mark: number
  readonly resume: (effect: Effect.Effect<void, ZerowireError>) => void
}
