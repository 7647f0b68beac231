import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { ZerowireError } from "../error/mod.ts"
import { defaultStack, type Stack } from "../stack/mod.ts"

/**
 * The stack that sockets are opened on: by default the one on this machine's kernel. It is created on
 * demand, because loading libc can fail.
 */
export const CurrentStack: Context.Reference<() => Stack> = Context.Reference(
  "zerowire/effect/CurrentStack",
  { defaultValue: () => defaultStack },
)

/** The stack of the running program. */
export const stack: Effect.Effect<Stack, ZerowireError> = Effect.flatMap(
  CurrentStack,
  (stackOf) =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(stackOf())
      } catch (failure) {
        if (failure instanceof ZerowireError) return Effect.fail(failure)
        throw failure
      }
    }),
)
