import type { Limits } from "../limits.ts"

/** Counts the requests of a connection. */
export class Quota {
  readonly #limits: Limits
  #requests = 0
  /** Of these, in a row, those that had come before the answer to the one before them. */
  #pipelined = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** One more begins. */
  count(pipelined: boolean): void {
    this.#requests++
    this.#pipelined = pipelined ? this.#pipelined + 1 : 0
  }

  /** Whether none has begun. */
  get untouched(): boolean {
    return this.#requests === 0
  }

  /** Whether it is the last one that is answered. */
  get usedUp(): boolean {
    return this.#requests >= this.#limits.requests || this.#pipelined >= this.#limits.pipelined
  }
}
