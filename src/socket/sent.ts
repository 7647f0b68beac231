import * as Effect from "effect/Effect"
import type { Outgoing } from "./outgoing.ts"

/** What became of a lease that was sent. Whoever does not ask for a promise pays for none. */
export class Sent {
  readonly #outgoing: Outgoing
  readonly #acceptedMark: number
  readonly #releasedMark: number

  /** @internal Made by `Socket.send`, of the lease that was queued last. */
  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing
    this.#acceptedMark = outgoing.writtenBytes
    this.#releasedMark = outgoing.ledger.nextHold
  }

  /**
   * Resolves when the kernel has accepted the bytes.
   *
   * Rejects with a ZerowireError when it never will.
   */
  get accepted(): Promise<void> {
    const { acceptedBytes } = this.#outgoing
    if (acceptedBytes >= this.#acceptedMark) return Promise.resolve()
    return Effect.runPromise(this.#outgoing.untilAccepted(this.#acceptedMark))
  }

  /**
   * Resolves when the kernel reads neither this memory nor any that was sent before it on the same
   * socket. It does so after a failure too, unless the memory had to be quarantined.
   */
  get released(): Promise<void> {
    return Effect.runPromise(this.#outgoing.untilReleasedTo(this.#releasedMark))
  }
}
