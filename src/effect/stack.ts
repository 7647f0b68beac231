import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { ZerowireError } from "../error/mod.ts"
import { type Fallback, type Stack, stackFor as openStack } from "../stack/mod.ts"

/**
 * The stack that sockets are opened on: by default the one on this machine's kernel. It is created on
 * demand, because loading libc can fail.
 */
export const CurrentStack: Context.Reference<
  (fallback: Fallback | undefined) => Stack | Promise<Stack>
> = Context.Reference(
  "zerowire/effect/CurrentStack",
  { defaultValue: () => openStack },
)

/** The stack of the running program; `fallback` is the option. */
export const stackFor = (fallback?: Fallback): Effect.Effect<Stack, ZerowireError> =>
  Effect.flatMap(
    CurrentStack,
    (stackOf) =>
      Effect.suspend(() => {
        try {
          const stack = stackOf(fallback)
          return stack instanceof Promise ? Effect.promise(() => stack) : Effect.succeed(stack)
        } catch (failure) {
          if (failure instanceof ZerowireError) return Effect.fail(failure)
          throw failure
        }
      }),
  )
