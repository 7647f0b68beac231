import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Place, SendOrder } from "./order.ts"

/**
 * Waits for a turn and calls `use` in it, synchronously. The turn ends with the Effect that `use`
 * answers, or when `use` leaves before. Interruption ends it too, before it has come and after.
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

/** A turn that is waited for with a promise. */
export interface PromisedTurn extends Place {
  /** Resolves when the turn has come. Rejects when it never will, or was given up by `stop`. */
  readonly come: Promise<void>
  /** Gives it up, if it has not come. */
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
  // Who has failed before it came never asks.
  come.catch(() => {})
  return {
    come,
    leave: () => place.leave(),
    stop(reason) {
      if (begun) return
      reject(reason)
      place.leave()
    },
  }
}
