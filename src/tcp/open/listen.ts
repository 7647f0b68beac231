import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { atLeast, checkOptions, oneOf, type Taker } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { defaultStack, type Stack } from "../../stack/mod.ts"
import { checkHostname, checkPort, permit, resolve } from "../address.ts"
import { listenTaker } from "../known_options.ts"
import { Listener } from "../listener.ts"
import { resolveOptions } from "../options.ts"
import {
  type ConnectionHandler,
  handling,
  type ServeOptions,
  serveTaker,
} from "../serve/handler.ts"
import { Acceptor } from "./accept.ts"
import type { ListenOptions } from "./listen_options.ts"
import type { Restore } from "./restore.ts"

/**
 * Listens for connections.
 *
 * @throws {ZerowireError} LookupFailed, ListenFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listen(options: ListenOptions): Promise<Listener>
/**
 * Listens for connections, and runs `handler` for each. The socket is closed when the handler returns, and
 * the connection is reset when it throws; `onError` then gets the error.
 *
 * @throws {ZerowireError} LookupFailed, ListenFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listen(options: ServeOptions, handler: ConnectionHandler): Promise<Listener>
export function listen(options: ServeOptions, handler?: ConnectionHandler): Promise<Listener> {
  return listenOn(defaultStack, options, handler)
}

/** `listen` on the stack from `stackOf`, which is called once the options are known to be valid. */
export async function listenOn(
  stackOf: () => Stack,
  options: ServeOptions,
  handler?: ConnectionHandler,
): Promise<Listener> {
  const open = listening(options, handler === undefined ? listenTaker : serveTaker)
  const serve = handler === undefined ? undefined : handling(handler, options.onError)
  const stack = stackOf()
  const listener = await Effect.runPromiseWith(stack.services)(open(stack, identity))
  serve?.(listener)
  return listener
}

/**
 * Checks the options and returns what `listen` does with them. If the caller lets only `restore` be
 * interrupted, no socket is left open.
 *
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listening(
  options: ListenOptions,
  taker: Taker = listenTaker,
): (stack: Stack, restore: Restore) => Effect.Effect<Listener, ZerowireError> {
  checkOptions(taker, options)
  const { hostname = "0.0.0.0", port, transport } = options
  oneOf("transport", ["tcp"], transport, "tcp")
  checkHostname(hostname)
  checkPort(port, 0)
  const resolved = resolveOptions(options)
  const backlog = Math.trunc(atLeast("backlog", options.backlog ?? 511, 0))
  const reusePort = oneOf("reusePort", [true, false], options.reusePort, false)
  return (stack, restore) =>
    Effect.gen(function* () {
      yield* permit(stack, hostname, port)
      const [address] = yield* restore(resolve(hostname, port))
      const acceptor = yield* Effect.try({
        try: () => new Acceptor(stack, address, { backlog, reusePort, noDelay: resolved.noDelay }),
        catch: (failure) => failure as ZerowireError,
      })
      return new Listener(stack, acceptor, resolved)
    })
}
