import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import type { HeldLease } from "../../memory/mod.ts"
import type { Connection } from "../connection/connection.ts"
import type { Call, Place } from "./order.ts"

/** Takes `lease` from its holder now, and sends its first `length` bytes when its turn comes. */
export function sendLease(
  connection: Connection,
  lease: HeldLease<Memory>,
  length: number,
): Sent {
  connection.calls.check("send a lease")
  const memory = length === 0 ? undefined : lease.take()
  if (memory === undefined) lease.giveBack()
  const sent = new Sent(connection)
  const queue = () => {
    if (memory !== undefined) connection.packer.writeLease(lease, memory, length)
    queued(sent)
  }
  if (connection.calls.order.free) queue()
  else connection.calls.order.enter(inTurn(sent, queue, () => memory && lease.release()))
  return sent
}

const inTurn = (sent: Sent, queue: () => void, drop: () => void): Call => ({
  begin(place: Place) {
    queue()
    place.leave()
  },
  fail(error) {
    drop()
    refused(sent, error)
  },
})

/** The lease was queued, after all other pieces. */
let queued: (sent: Sent) => void
/** The lease will never be queued. */
let refused: (sent: Sent, error: ZerowireError) => void
/** The same as its promises, as Effects. */
export let waitsOf: (sent: Sent) => {
  readonly accepted: Effect.Effect<void, ZerowireError>
  readonly released: Effect.Effect<void, ZerowireError>
}

/** A lease that was sent. Its promises are created on demand, so they cost nothing if unused. */
export class Sent {
  readonly #connection: Connection
  #acceptedMark = -1
  #releasedMark = -1
  #refusal: ZerowireError | undefined
  #settle: (() => void)[] | undefined

  static {
    queued = (sent) => {
      const { queue } = sent.#connection
      sent.#acceptedMark = queue.writtenBytes
      sent.#releasedMark = queue.writtenPieces
      sent.#wake()
    }
    refused = (sent, error) => {
      sent.#refusal = error
      sent.#wake()
    }
    waitsOf = (sent) => {
      const { queue } = sent.#connection
      return {
        accepted: sent.#whenSettled(() =>
          sent.#refusal ? Effect.fail(sent.#refusal) : queue.untilAccepted(sent.#acceptedMark)
        ),
        // A lease that was never queued belongs to its slab again.
        released: sent.#whenSettled(() =>
          sent.#refusal ? Effect.void : queue.untilReleasedTo(sent.#releasedMark)
        ),
      }
    }
  }

  /** @internal Made by `Socket.send`. */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Resolves when the kernel has accepted the bytes.
   *
   * Rejects with a ZerowireError if it never will.
   */
  get accepted(): Promise<void> {
    const mark = this.#acceptedMark
    if (mark >= 0 && this.#connection.queue.acceptedBytes >= mark) return Promise.resolve()
    return Effect.runPromise(waitsOf(this).accepted)
  }

  /**
   * Resolves when the kernel reads neither this memory nor any that was sent before it on the same
   * socket. It also resolves after a failure, unless the memory had to be quarantined.
   */
  get released(): Promise<void> {
    return Effect.runPromise(waitsOf(this).released)
  }

  #whenSettled(
    then: () => Effect.Effect<void, ZerowireError>,
  ): Effect.Effect<void, ZerowireError> {
    const settled = Effect.callback<void>((resume) => {
      if (this.#acceptedMark >= 0 || this.#refusal !== undefined) return resume(Effect.void)
      this.#settle ??= []
      this.#settle.push(() => resume(Effect.void))
    })
    return Effect.andThen(settled, Effect.suspend(then))
  }

  #wake(): void {
    this.#settle?.forEach((settle) => settle())
    this.#settle = undefined
  }
}
