import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Stack } from "../../stack/mod.ts"

/**
 * Runs `effect`. If `signal` aborts first, the effect is interrupted and the promise rejects with the
 * signal's reason.
 */
export async function runAbortable<A, E>(
  { services }: Stack,
  effect: Effect.Effect<A, E>,
  signal: AbortSignal | undefined,
): Promise<A> {
  const aborted = () => signal?.aborted === true
  if (aborted()) throw signal?.reason
  const exit = await Effect.runPromiseExitWith(services)(
    effect,
    signal === undefined ? {} : { signal },
  )
  if (exit._tag === "Success") return exit.value
  if (Cause.hasInterruptsOnly(exit.cause) && aborted()) throw signal?.reason
  throw Cause.squash(exit.cause)
}
