import * as Effect from "effect/Effect"
import { atLeast, checkOptions, oneOf } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { defaultStack, type Stack } from "../../stack/mod.ts"
import { checkHostname, checkPort, permit, resolve } from "../address.ts"
import { connectTaker } from "../known_options.ts"
import { resolveOptions } from "../options.ts"
import { Socket } from "../socket.ts"
import { runAbortable } from "./abortable.ts"
import { hasConnected } from "../connection/connection.ts"
import { adopt } from "./adopt.ts"
import { timedOut } from "./connect.ts"
import type { ConnectOptions } from "./connect_options.ts"
import { connectToAny, interleaved } from "./happy_eyeballs.ts"
import type { Restore } from "./restore.ts"

/**
 * Connects to a peer. Of a name that has several addresses each is tried, IPv6 and IPv4 in turn, the
 * next one when one has failed or has not answered for 250 ms; the first that answers is taken.
 *
 * @throws {ZerowireError} LookupFailed, ConnectFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 * @throws the reason of `signal` when it was aborted first.
 */
export function connect(options: ConnectOptions): Promise<Socket> {
  return connectOn(defaultStack, options)
}

/**
 * `connect` on the stack that `stackOf` answers, once the options have been found good.
 */
export async function connectOn(stackOf: () => Stack, options: ConnectOptions): Promise<Socket> {
  checkOptions(connectTaker, options)
  const open = opening(options)
  const stack = stackOf()
  const opened = Effect.uninterruptibleMask((restore) => open(stack, restore))
  return await runAbortable(stack, opened, options.signal)
}

/**
 * What `connect` does with these options, whose names were checked, once their values have been found
 * good. Where nothing but `restore` can be interrupted, no socket is left open.
 *
 * @throws {TypeError} for options that are out of range.
 */
export function opening(
  options: Omit<ConnectOptions, "signal">,
): (stack: Stack, restore: Restore) => Effect.Effect<Socket, ZerowireError> {
  const { hostname = "127.0.0.1", port, connectTimeout, transport } = options
  oneOf("transport", ["tcp"], transport, "tcp")
  checkHostname(hostname)
  checkPort(port, 1)
  const resolved = resolveOptions(options)
  const limit = connectTimeout === undefined
    ? undefined
    : atLeast("connectTimeout", connectTimeout, 0)
  return (stack, restore) =>
    Effect.suspend(() => {
      const opened = new Set<number>()
      const attempt = openConnection(stack, hostname, port, opened)
      const limited = limit === undefined ? attempt : timedOut(attempt, hostname, port, limit)
      return restore(limited).pipe(
        // Of several addresses two may answer at once, and an answer may come when nobody waits for it.
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (exit._tag === "Success") opened.delete(exit.value)
            for (const fd of opened) stack.kernel.close(fd)
          })
        ),
        Effect.map((fd) => new Socket(adopt(stack, fd, resolved, hasConnected), resolved)),
      )
    })
}

const openConnection = (
  stack: Stack,
  hostname: string,
  port: number,
  opened: Set<number>,
): Effect.Effect<number, ZerowireError> =>
  Effect.gen(function* () {
    yield* permit(stack, hostname, port)
    const addresses = yield* resolve(hostname, port)
    return yield* connectToAny(stack, interleaved(addresses), opened)
  })
