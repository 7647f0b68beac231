import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ZerowireError } from "../error/mod.ts"
import {
  acceptFrom,
  listening,
  type ListenOptions,
  type NetAddress,
  type Socket,
} from "../tcp/mod.ts"
import { scoped } from "./lifetime.ts"
import { serve } from "./serve.ts"
import { stack } from "./stack.ts"

/** A port that peers connect to. */
export interface Listener {
  /** Where it listens; the port is the one that was taken. */
  readonly addr: NetAddress
  /**
   * The next connection. The socket ends with the scope, as that of `connect`. Interruption ends the
   * waiting, and loses no connection: the next `accept` gets it.
   *
   * While the process or the machine has no room for another socket, connections wait; a warning is
   * logged once for as long as that goes on. Fails with SocketClosed, and with ListenFailed when the
   * kernel cannot accept on it at all.
   */
  readonly accept: Effect.Effect<Socket, ZerowireError, Scope.Scope>
  /**
   * Runs `handler` for each connection, in a fiber and a scope of its own, until it is interrupted; then
   * the fibers are interrupted too. A socket ends with the scope of its handler, as that of `connect`: a
   * handler that fails resets its connection.
   *
   * What a handler fails with is logged at `References.UnhandledLogLevel` and harms no other.
   */
  readonly run: <R, E, _>(
    handler: (socket: Socket) => Effect.Effect<_, E, R>,
  ) => Effect.Effect<never, ZerowireError, Exclude<R, Scope.Scope>>
}

/**
 * Listens for connections, as `listen` of `zerowire` does. When the scope closes, the port is given
 * back; sockets that were accepted live in scopes of their own.
 *
 * Fails with LookupFailed, ListenFailed, PermissionDenied or Unsupported. Options that there are not,
 * or that are out of range, are a defect: a TypeError.
 */
export const listen = (
  options: ListenOptions,
): Effect.Effect<Listener, ZerowireError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        const open = listening(options)
        return Effect.flatMap(stack, (stack) => open(stack, restore))
      }),
      (listener) => Effect.promise(() => listener[Symbol.asyncDispose]()),
    )
  ).pipe(
    Effect.map((listener): Listener => {
      const accept = scoped((restore) => acceptFrom(listener, restore, tell))
      return { addr: listener.addr, accept, run: (handler) => serve(accept, handler) }
    }),
  )

const tell = (failure: ZerowireError): Effect.Effect<void> =>
  Effect.logWarning("Connections wait", failure)
