import type * as Effect from "effect/Effect"

/**
 * Lets an Effect be interrupted inside of one that cannot, as `Effect.uninterruptibleMask` has it. A
 * file descriptor is opened and handed on where nothing can be interrupted, or it would be lost between
 * two steps.
 */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
