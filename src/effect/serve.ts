import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { ZerowireError } from "../error/mod.ts"
import { type Listener, openOf, type Socket, untilShutDown } from "../tcp/mod.ts"

/**
 * Accepts for ever, and runs `handler` for each socket in its own fiber and scope. Interruption
 * interrupts all of them and waits for them. A shutdown of the listener lets them go on until its deadline.
 */
export const serve = <R, E, _>(
  accept: Effect.Effect<Socket, ZerowireError, Scope.Scope>,
  handler: (socket: Socket) => Effect.Effect<_, E, R>,
  listener: Listener,
): Effect.Effect<never, ZerowireError, Exclude<R, Scope.Scope>> =>
  Effect.scopedWith((fibers) =>
    Effect.uninterruptibleMask((restore) => {
      const next = Effect.suspend(() => {
        const scope = Scope.makeUnsafe()
        return restore(accept).pipe(
          Effect.provideService(Scope.Scope, scope),
          // The fiber owns the scope of an accepted socket from its first step on.
          Effect.flatMap((socket) => {
            const ended = openOf(listener).handle()
            return restore(Effect.suspend(() => handler(socket))).pipe(
              Effect.provideService(Scope.Scope, scope),
              Effect.onExit((exit) => Scope.close(scope, exit)),
              Effect.catchCause(report),
              Effect.ensuring(Effect.sync(ended)),
              Effect.forkIn(fibers, { startImmediately: true, uninterruptible: "inherit" }),
            )
          }),
          Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
        )
      })
      return Effect.forever(next, { disableYield: true }).pipe(
        Effect.tapError(() => restore(untilShutDown(listener))),
      )
    })
  ) as Effect.Effect<never, ZerowireError, Exclude<R, Scope.Scope>>

/** Reports unhandled failures as Effect's own servers do. */
const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.flatMap(References.UnhandledLogLevel, (level) => {
    if (level === undefined || Cause.hasInterruptsOnly(cause)) return Effect.void
    return Effect.logWithLevel(level)(cause, "Unhandled error of a connection")
  })
