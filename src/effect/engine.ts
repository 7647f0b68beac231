import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { ZerowireError } from "../error/mod.ts"
import { defaultEngine, type Engine } from "../stack/mod.ts"

/**
 * What sockets are opened on: the kernel of this machine, unless somebody provides another. It is asked
 * for when it is needed, because loading libc can fail.
 */
export const CurrentEngine: Context.Reference<() => Engine> = Context.Reference(
  "zerowire/effect/CurrentEngine",
  { defaultValue: () => defaultEngine },
)

/** The engine of the program that runs. */
export const engine: Effect.Effect<Engine, ZerowireError> = Effect.flatMap(
  CurrentEngine,
  (engineOf) =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(engineOf())
      } catch (failure) {
        if (failure instanceof ZerowireError) return Effect.fail(failure)
        throw failure
      }
    }),
)
