import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { checkOptions } from "../argument/mod.ts"
import { ZerowireError } from "../error/mod.ts"
import {
  opening,
  type RuntimeSocket,
  type Socket,
  takeOver as takeOverByPromise,
  type TakeOverOptions,
} from "../tcp/mod.ts"
import { connectHereTaker } from "./known_options.ts"
import { scoped } from "./lifetime.ts"
import type { ConnectOptions } from "./options.ts"
import { stack } from "./stack.ts"

/**
 * Connects to a peer, as `connect` of `zerowire` does. The socket ends with the scope.
 *
 * When the scope closes with a success, what is queued is sent, then a FIN, and the file descriptor is
 * closed once the kernel reads no memory of ours; a peer that takes nothing for `closeTimeout` is reset.
 * If that loses bytes after all, a warning is logged: use `close` to have the error, and the report.
 *
 * When the scope is closed by a failure, a defect or an interruption, or the fiber is interrupted while
 * it closes, the connection is reset, and the memory comes back at once: after a FIN the peer would take
 * what came before for the whole. What the program has ended itself is whole, so a failure after
 * `closeWrite`, or after a `sink` that was done, closes as a success does. **Interruption never un-sends**: what was
 * written before may have reached the peer, all of it or any first part; what was not accepted by the
 * kernel will not. While connecting, interruption ends the attempt.
 *
 * Fails with LookupFailed, ConnectFailed, PermissionDenied or Unsupported. Options that there are not, or
 * that are out of range, are a defect: a TypeError.
 */
export const connect = (
  options: ConnectOptions,
): Effect.Effect<Socket, ZerowireError, Scope.Scope> =>
  scoped((restore) =>
    Effect.suspend(() => {
      checkOptions(connectHereTaker, options)
      const open = opening(options)
      return Effect.flatMap(stack, (stack) => open(stack, restore))
    })
  )

/**
 * Takes a connection over from the runtime, as `takeOver` of `zerowire` does. The socket ends with the
 * scope, as that of `connect`; here nothing can be interrupted before there is one.
 *
 * Fails with TakeOverRefused, PermissionDenied or Unsupported.
 */
export const takeOver = (
  socket: RuntimeSocket,
  options: TakeOverOptions = {},
): Effect.Effect<Socket, ZerowireError, Scope.Scope> =>
  scoped(() =>
    Effect.promise(() => takeOverByPromise(socket, options).catch(failed)).pipe(
      Effect.flatMap((taken) =>
        taken instanceof ZerowireError ? Effect.fail(taken) : Effect.succeed(taken)
      ),
    )
  )

/** What is no ZerowireError is a defect. */
function failed(failure: unknown): ZerowireError {
  if (failure instanceof ZerowireError) return failure
  throw failure
}
