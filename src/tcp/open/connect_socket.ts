import * as Effect from "effect/Effect"
import { atLeast, checkOptions } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { checkFallback, type Fallback, type Stack, stackFor } from "../../stack/mod.ts"
import { begin, DirectSocket } from "../direct/direct_socket.ts"
import {
  direct,
  type DirectConnectOptions,
  directConnectTaker,
  type DirectOptions,
  hasHandlers,
} from "../direct/options.ts"
import { connectTaker } from "../known_options.ts"
import { type ResolvedOptions, resolveOptions } from "../options.ts"
import { Socket } from "../socket.ts"
import { runAbortable } from "./abortable.ts"
import type { Connection } from "../connection/connection.ts"
import { adopt } from "./adopt.ts"
import { timedOut } from "./connect.ts"
import type { ConnectOptions } from "./connect_options.ts"
import { targetOf } from "./connect_target.ts"
import type { Restore } from "./restore.ts"

/**
 * Connects to a peer as below, and calls the handlers in `options.socket`. The promise resolves when
 * `open` has been called.
 *
 * @throws {ZerowireError} LookupFailed, ConnectFailed, PermissionDenied
 * @throws {TypeError} for unknown options and handlers, and for values out of range.
 * @throws the reason of `signal`, if it aborts first.
 */
export function connect<Data = undefined>(
  options: DirectConnectOptions<Data>,
): Promise<DirectSocket<Data>>
/**
 * Connects to a peer: over TCP, or to the `path` of a Unix domain socket. If the name has several addresses, they are tried in turn, alternating between IPv6
 * and IPv4. The next attempt starts when one fails or has not answered for 250 ms; the first address that
 * answers wins.
 *
 * @throws {ZerowireError} LookupFailed, ConnectFailed, PermissionDenied
 * @throws {TypeError} for unknown options, and for values out of range.
 * @throws the reason of `signal`, if it aborts first.
 */
export function connect(options: ConnectOptions): Promise<Socket>
export function connect<Data>(
  options: ConnectOptions | DirectConnectOptions<Data>,
): Promise<Socket> {
  return hasHandlers(options) ? connectDirectlyOn(stackFor, options) : connectOn(stackFor, options)
}

/** What the socket is to be opened on. Loading it may take a while. */
export type StackOf = (fallback: Fallback | undefined) => Stack | Promise<Stack>

/** `connect` with handlers, as `connectOn`. */
export async function connectDirectlyOn<Data>(
  stackOf: StackOf,
  options: ConnectOptions & DirectOptions<Data>,
): Promise<DirectSocket<Data>> {
  const common = direct(directConnectTaker, options)
  const open = openingWith(options, (connection, resolved) => {
    return new DirectSocket(connection, resolved, common)
  })
  const stack = await stackOf(options.fallback)
  const opened = Effect.uninterruptibleMask((restore) => open(stack, restore))
  const socket = await runAbortable(stack, opened, options.signal)
  begin(socket)
  return socket
}

/** `connect` on the stack from `stackOf`, which is called once the options are known to be valid. */
export async function connectOn(stackOf: StackOf, options: ConnectOptions): Promise<Socket> {
  checkOptions(connectTaker, options)
  const open = opening(options)
  const stack = await stackOf(options.fallback)
  const opened = Effect.uninterruptibleMask((restore) => open(stack, restore))
  return await runAbortable(stack, opened, options.signal)
}

/**
 * Checks the options' values (their names are checked already) and returns what `connect` does with them.
 * If the caller lets only `restore` be interrupted, no socket is left open.
 *
 * @throws {TypeError} for values out of range.
 */
export function opening(
  options: Omit<ConnectOptions, "signal">,
): (stack: Stack, restore: Restore) => Effect.Effect<Socket, ZerowireError> {
  return openingWith(options, (connection, resolved) => new Socket(connection, resolved))
}

/** The same for a socket that `make` makes. */
function openingWith<S>(
  options: Omit<ConnectOptions, "signal">,
  make: (connection: Connection, resolved: ResolvedOptions) => S,
): (stack: Stack, restore: Restore) => Effect.Effect<S, ZerowireError> {
  const { connectTimeout } = options
  const target = targetOf(options)
  checkFallback(options.fallback)
  const resolved = resolveOptions(options)
  const limit = connectTimeout === undefined
    ? undefined
    : atLeast("connectTimeout", connectTimeout, 0)
  return (stack, restore) =>
    Effect.suspend(() => {
      const opened = new Set<number>()
      const attempt = target.open(stack, opened)
      const limited = limit === undefined ? attempt : timedOut(attempt, target.name, limit)
      return restore(limited).pipe(
        // Two addresses may answer at once, and an answer may come after the caller has stopped waiting.
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (exit._tag === "Success") opened.delete(exit.value)
            for (const fd of opened) stack.kernel.close(fd)
          })
        ),
        Effect.map((fd) => make(adopt(stack, fd, resolved, target.history), resolved)),
      )
    })
}
