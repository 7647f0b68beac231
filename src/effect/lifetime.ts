import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as EffectSocket from "effect/socket/Socket"
import type { ZerowireError } from "../error/mod.ts"
import {
  closeGracefully,
  type CloseReport,
  insideOf,
  reset,
  type Restore,
  type Socket,
  toRest,
} from "../tcp/mod.ts"
import { meterIn } from "./meter.ts"

/**
 * Opens a socket that ends with the scope, as `end` describes. While it is open, it counts in the metrics
 * of the fiber that opened it.
 *
 * Only Effects inside `restore` can be interrupted, so that no socket is lost before it is in the scope.
 */
export const scoped = (
  open: (restore: Restore) => Effect.Effect<Socket, ZerowireError>,
): Effect.Effect<Socket, ZerowireError, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const meter = meterIn(context)
    return Effect.uninterruptibleMask((restore) =>
      Effect.acquireRelease(
        Effect.map(open(restore), (socket) => {
          meter.opened(insideOf(socket).connection)
          return socket
        }),
        (socket, exit) =>
          Effect.ensuring(
            toRest(insideOf(socket).connection.stack, end(socket, exit)),
            Effect.sync(() => meter.closed(insideOf(socket).connection)),
          ),
      )
    )
  })

/**
 * `Socket.close` as an Effect, if you want the report or the error. Sends queued bytes, then a FIN, and
 * closes once the kernel has stopped reading your memory. Interruption resets the connection.
 *
 * Fails with ConnectionLost if written bytes may not have reached the peer, or with Aborted.
 */
export const close = (socket: Socket): Effect.Effect<CloseReport, ZerowireError> =>
  Effect.suspend(() => {
    const use = { action: "close", example: "close(socket)" }
    const { connection, options } = insideOf(socket, use)
    return closeGracefully(connection, Duration.millis(options.closeTimeout))
  })

/** `Socket.abort` as an Effect: resets the connection, and succeeds when nothing is in flight. */
export const abort = (socket: Socket): Effect.Effect<CloseReport> =>
  Effect.suspend(() =>
    reset(insideOf(socket, { action: "abort", example: "abort(socket)" }).connection)
  )

/**
 * Ends a socket whose scope closed with `exit`: gracefully after a success, otherwise with a reset, so
 * that the peer does not believe it has everything. If the program has already ended its writing, by
 * `closeWrite` or a sink, the peer does have everything, and only an interruption resets.
 *
 * A loss that is found too late for anybody to handle is logged.
 */
export function end(socket: Socket, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
  const { connection } = insideOf(socket)
  const failed = broken(exit)
  if (failed && (!connection.queue.ended || Cause.hasInterruptsOnly(exit.cause))) {
    return Effect.asVoid(reset(connection))
  }
  const told = failed && connection.queue.failure !== undefined
  return Effect.interruptible(close(socket)).pipe(
    // The interruption may have come before the first step of the close.
    Effect.onError(() => reset(connection)),
    Effect.tapError((failure) =>
      Effect.logWithLevel(told ? "Debug" : "Warn")(
        "The peer of a closed connection may not have received everything",
        failure,
      )
    ),
    Effect.exit,
    Effect.asVoid,
  )
}

/**
 * Whether a program has ended early. The end of the peer's bytes is also a failure: `Done` with a `Pull`,
 * and a `SocketCloseError` with Effect's sockets.
 */
export const broken = <A, E>(exit: Exit.Exit<A, E>): exit is Exit.Failure<A, E> =>
  exit._tag === "Failure" && !exit.cause.reasons.every(isEnd)

const isEnd = (reason: Cause.Reason<unknown>): boolean =>
  Cause.isFailReason(reason) && (Cause.isDone(reason.error) || isNormalClose(reason.error))

/** A normal close (RFC 6455, section 7.4.1; Effect's sockets use its codes). */
export const isNormalClose = (error: unknown): boolean =>
  EffectSocket.isSocketError(error) && error.reason._tag === "SocketCloseError" &&
  error.reason.code === normalClose

export const normalClose = 1000
