import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { ZerowireError } from "../error/mod.ts"
import { defaultStack, type Stack } from "../stack/mod.ts"

/**
 * What sockets are opened on: the kernel of this machine, unless somebody provides another. It is asked
 * for when it is needed, because loading libc can fail.
 */
export const CurrentStack: Context.Reference<() => Stack> = Context.Reference(
  "zerowire/effect/CurrentStack",
  { defaultValue: () => defaultStack },
)

/** The stack of the program that runs. */
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
