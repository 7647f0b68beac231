import type { TurnEnd } from "../reactor/mod.ts"

/**
 * Counts what all streams together have written in one turn of the event loop. If producers always have a
 * chunk and peers take everything, nobody would ever leave the turn, and each of many would take as much of
 * it as one alone.
 */
export class TurnBytes {
  readonly #turnEnd: Pick<TurnEnd, "turns">
  #turns = 0
  #bytes = 0

  constructor(turnEnd: Pick<TurnEnd, "turns">) {
    this.#turnEnd = turnEnd
  }

  /**
   * Counts bytes. Returns whether who has written them is to wait for the end of the turn. A small answer
   * never waits for the bodies of others.
   */
  add(bytes: number): boolean {
    const { turns } = this.#turnEnd
    if (turns !== this.#turns) this.#bytes = 0
    this.#turns = turns
    this.#bytes += bytes
    return bytes >= leastBytes && this.#bytes >= turnBytes
  }
}

/** Copying this much into the kernel takes a millisecond or two. */
const turnBytes = 4 * 1024 * 1024
/** How many writes there are in a turn bounds smaller ones. */
const leastBytes = 16 * 1024
