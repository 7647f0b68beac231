import type * as Effect from "effect/Effect"

/**
 * Makes an Effect interruptible inside one that is not (see `Effect.uninterruptibleMask`). File
 * descriptors are opened and passed on uninterruptibly, because otherwise they could be lost between two
 * steps.
 */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
