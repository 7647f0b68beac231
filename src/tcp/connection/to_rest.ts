import * as Effect from "effect/Effect"
import type { Stack } from "../../stack/mod.ts"

/**
 * Ends `effect` only when nothing runs any more for the last socket; otherwise a test runner would report
 * a leak.
 */
export const toRest = <A, E>(
  { reactor }: Stack,
  effect: Effect.Effect<A, E>,
): Effect.Effect<A, E> =>
  Effect.ensuring(
    effect,
    Effect.suspend(() => {
      const { resting } = reactor
      return resting === undefined ? Effect.void : Effect.promise(() => resting)
    }),
  )
