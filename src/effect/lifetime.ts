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
 * Opens a socket that ends with the scope, as `end` says. While it is open it is counted by the metrics of the fiber that opened it.
 *
 * Nothing can be interrupted but what `restore` is given, so that no socket is lost before it is in the
 * scope.
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
 * `Socket.close` as an Effect, for who wants the report, or the error: sends what is queued, then a FIN,
 * and closes once the kernel reads no memory of ours. Interruption resets the connection.
 *
 * Fails with ConnectionLost when what was written may not have reached the peer, or Aborted.
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
 * Ends a socket whose scope was closed with `exit`: by a graceful close after a success, else by a reset,
 * so that the peer cannot take a part for the whole. What a program has ended itself, by `closeWrite` or
 * by a sink, is whole whatever it fails with afterwards; only an interruption resets that too.
 *
 * A loss that comes too late for anybody to handle is logged.
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
        "A connection was closed whose peer may not have everything",
        failure,
      )
    ),
    Effect.exit,
    Effect.asVoid,
  )
}

/**
 * Whether a program has ended before its time. That the peer's bytes have ended is a failure too, of the
 * type `Done` with a `Pull`, and of `SocketCloseError` with a socket of Effect.
 */
export const broken = <A, E>(exit: Exit.Exit<A, E>): exit is Exit.Failure<A, E> =>
  exit._tag === "Failure" && !exit.cause.reasons.every(isEnd)

const isEnd = (reason: Cause.Reason<unknown>): boolean =>
  Cause.isFailReason(reason) && (Cause.isDone(reason.error) || isNormalClose(reason.error))

/** A normal close of RFC 6455, section 7.4.1, which Effect's sockets have their codes from. */
export const isNormalClose = (error: unknown): boolean =>
  EffectSocket.isSocketError(error) && error.reason._tag === "SocketCloseError" &&
  error.reason.code === normalClose

export const normalClose = 1000
