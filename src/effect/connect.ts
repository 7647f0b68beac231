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
import { stackFor } from "./stack.ts"

/**
 * Connects to a peer, as `connect` of `zerowire` does. The socket ends with the scope.
 *
 * If the scope closes with a success, queued bytes are sent, then a FIN, and the file descriptor is
 * closed once the kernel has stopped reading your memory. If the peer takes nothing for `closeTimeout`,
 * the connection is reset. A warning is logged if bytes were lost: use `close` to get the error and the
 * report.
 *
 * If the scope closes with a failure, a defect or an interruption, or the fiber is interrupted while it
 * closes, the connection is reset and the memory comes back at once: after a FIN the peer would believe
 * that it has everything. After `closeWrite`, or after a `sink` that is done, the peer does have
 * everything, so a later failure closes like a success. **Bytes already taken may still be sent** after
 * an interruption: all of them or any first part may have reached the peer. Bytes that the kernel has not
 * accepted are dropped. While connecting, interruption ends the attempt.
 *
 * Fails with LookupFailed, ConnectFailed, PermissionDenied or Unsupported. Unknown options and values out
 * of range are a defect: a TypeError.
 */
export const connect = (
  options: ConnectOptions,
): Effect.Effect<Socket, ZerowireError, Scope.Scope> =>
  scoped((restore) =>
    Effect.suspend(() => {
      checkOptions(connectHereTaker, options)
      const open = opening(options)
      return Effect.flatMap(stackFor(options.fallback), (stack) => open(stack, restore))
    })
  )

/**
 * Takes a connection over from the runtime, as `takeOver` of `zerowire` does. The socket ends with the
 * scope, as with `connect`. The take-over itself cannot be interrupted.
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

/** Any other error than a ZerowireError is a defect. */
function failed(failure: unknown): ZerowireError {
  if (failure instanceof ZerowireError) return failure
  throw failure
}
