import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ZerowireError } from "../error/mod.ts"
import {
  acceptFrom,
  listening,
  type ListenOptions,
  type NetAddress,
  shutDown,
  type ShutdownOptions,
  type ShutdownReport,
  type Socket,
} from "../tcp/mod.ts"
import { scoped } from "./lifetime.ts"
import { countStack } from "./meter.ts"
import { serve } from "./serve.ts"
import { stackFor } from "./stack.ts"

/** A listening port. */
export interface Listener {
  /** The address it listens on, with the actual port if 0 was asked for. */
  readonly addr: NetAddress
  /**
   * The next connection. The socket ends with the scope, as with `connect`. Interruption ends the wait
   * and loses no connection: the next `accept` gets it.
   *
   * While the process or the machine has no room for another socket, connections wait, and one warning is
   * logged. Fails with SocketClosed, or with ListenFailed if the kernel cannot accept connections at all.
   */
  readonly accept: Effect.Effect<Socket, ZerowireError, Scope.Scope>
  /**
   * Runs `handler` for each connection, in its own fiber and scope, until it is interrupted; that
   * interrupts the fibers too. A socket ends with its handler's scope, as with `connect`: a handler that
   * fails resets its connection.
   *
   * A handler's failure is logged at `References.UnhandledLogLevel` and does not affect other
   * connections.
   */
  readonly run: <R, E, _>(
    handler: (socket: Socket) => Effect.Effect<_, E, R>,
  ) => Effect.Effect<never, ZerowireError, Exclude<R, Scope.Scope>>
  /** The accepted sockets whose connections are open. */
  readonly connections: Effect.Effect<readonly Socket[]>
  /**
   * Stops accepting, and waits until the accepted sockets are closed and the handlers of `run` have ended.
   * When `deadline` is over, it resets the connections that are left, and `run` interrupts their handlers.
   * Succeeds with how many connections ended by themselves, and how many were reset; `run` then fails
   * with SocketClosed.
   *
   * Unknown options and values out of range are a defect: a TypeError.
   */
  readonly shutdown: (options?: ShutdownOptions) => Effect.Effect<ShutdownReport>
}

/**
 * Listens for connections, as `listen` of `zerowire` does. Closing the scope frees the port; accepted
 * sockets have scopes of their own.
 *
 * Fails with LookupFailed, ListenFailed, PermissionDenied or Unsupported. Unknown options and values out
 * of range are a defect: a TypeError.
 */
export const listen = (
  options: ListenOptions,
): Effect.Effect<Listener, ZerowireError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        const open = listening(options)
        return Effect.contextWith((context: Context.Context<never>) =>
          Effect.flatMap(stackFor(options.fallback), (stack) => {
            countStack(context, stack)
            return open(stack, restore)
          })
        )
      }),
      (listener) => Effect.promise(() => listener[Symbol.asyncDispose]()),
    )
  ).pipe(
    Effect.map((listener): Listener => {
      const accept = scoped((restore) => acceptFrom(listener, restore, tell))
      return {
        addr: listener.addr,
        accept,
        run: (handler) => serve(accept, handler, listener),
        connections: Effect.sync(() => listener.connections),
        shutdown: (options = {}) => Effect.suspend(() => shutDown(listener, options)),
      }
    }),
  )

const tell = (failure: ZerowireError): Effect.Effect<void> =>
  Effect.logWarning("Connections wait", failure)
