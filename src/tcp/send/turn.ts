import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Place, SendOrder } from "./order.ts"

/**
 * Waits for a turn and calls `use` in it, synchronously. The turn ends when the Effect that `use` returns
 * ends, or when `use` leaves earlier. Interruption ends it too, before or during the turn.
 */
export const untilTurn = <A, E>(
  order: SendOrder,
  use: (place: Place) => Effect.Effect<A, E>,
): Effect.Effect<A, E | ZerowireError> =>
  Effect.suspend(() => {
    let taken: Place | undefined
    const turn = Effect.callback<Effect.Effect<A, E>, ZerowireError>((resume) => {
      taken = order.enter({
        begin(place) {
          try {
            resume(Effect.succeed(use(place)))
          } catch (mistake) {
            resume(Effect.die(mistake))
          }
        },
        fail: (error) => resume(Effect.fail(error)),
      })
    })
    return Effect.ensuring(Effect.flatten(turn), Effect.sync(() => taken?.leave()))
  })

/** A turn to wait for with a promise. */
export interface PromisedTurn extends Place {
  /** Resolves when the turn has come. Rejects if it never will, or if `stop` gave it up. */
  readonly come: Promise<void>
  /** Whether it has come. */
  readonly begun: boolean
  /** Gives the turn up, if it has not come. */
  stop(reason: unknown): void
}

/** Puts a call in line now. */
export function turnIn(order: SendOrder): PromisedTurn {
  const { promise: come, resolve, reject } = Promise.withResolvers<void>()
  let begun = false
  const place = order.enter({
    begin() {
      begun = true
      resolve()
    },
    fail: reject,
  })
  // A call that failed before its turn never asks.
  come.catch(() => {})
  return {
    come,
    get begun() {
      return begun
    },
    leave: () => place.leave(),
    stop(reason) {
      if (begun) return
      reject(reason)
      place.leave()
    },
  }
}
