import * as Effect from "effect/Effect"
import type { Stack } from "../../stack/mod.ts"

/**
 * Ends `effect` when nothing goes on any more for the last socket: a test would be told of a leak.
 */
export const toRest = <A, E>(
  { reactor }: Stack,
  effect: Effect.Effect<A, E>,
): Effect.Effect<A, E> => Effect.ensuring(effect, Effect.promise(async () => await reactor.resting))
