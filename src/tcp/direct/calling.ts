import type { Connection } from "../connection/connection.ts"
import { uncaught } from "./uncaught.ts"

type Answer = void | Promise<void>

/** Calls handlers: what one writes leaves together, and what one throws goes to `error`. */
export class Calling {
  readonly #connection: Connection
  readonly #error: ((reason: unknown) => Answer) | undefined
  readonly #giveUp: () => void

  /** `giveUp` is called when a handler has thrown and nobody wants to know. */
  constructor(
    connection: Connection,
    error: ((reason: unknown) => Answer) | undefined,
    giveUp: () => void,
  ) {
    this.#connection = connection
    this.#error = error
    this.#giveUp = giveUp
  }

  /** Calls `handler` with these arguments. Nothing is allocated unless it returns a promise. */
  call<This, A, B>(self: This, handler: (this: This, a: A, b: B) => Answer, a: A, b: B): void {
    const { packer, queue } = this.#connection
    packer.corked = true
    try {
      const answer = handler.call(self, a, b)
      if (isPromise(answer)) answer.then(undefined, (reason) => this.#thrown(reason))
    } catch (thrown) {
      this.#thrown(thrown)
    }
    packer.corked = false
    if (packer.gatheredBytes > 0 || !queue.clear) this.#connection.sendNow()
  }

  #thrown(reason: unknown): void {
    if (this.#error === undefined) return this.#fail(reason)
    try {
      const answer = this.#error(reason)
      if (isPromise(answer)) answer.then(undefined, (second) => this.#fail(second))
    } catch (second) {
      this.#fail(second)
    }
  }

  #fail(reason: unknown): void {
    uncaught(reason)
    this.#giveUp()
  }
}

/** A handler may return anything, such as what an arrow function without braces happens to compute. */
const isPromise = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof (answer as PromiseLike<unknown> | null | undefined)?.then === "function"
