import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { checkOptions, type Taker } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { checkFallback, type Stack, stackFor } from "../../stack/mod.ts"
import { DirectListener } from "../direct/direct_listener.ts"
import {
  direct,
  type DirectListenOptions,
  directListenTaker,
  type DirectOptions,
  hasHandlers,
} from "../direct/options.ts"
import { listenTaker } from "../known_options.ts"
import { Listener } from "../listener.ts"
import { type ResolvedOptions, resolveOptions } from "../options.ts"
import {
  type ConnectionHandler,
  handling,
  type ServeOptions,
  serveTaker,
} from "../serve/handler.ts"
import { Acceptor } from "./accept.ts"
import { listenAt } from "./listen_at.ts"
import type { ListenOptions } from "./listen_options.ts"
import type { StackOf } from "./connect_socket.ts"
import type { Restore } from "./restore.ts"

/**
 * Listens for connections, and calls the handlers in `options.socket` for each.
 *
 * @throws {ZerowireError} LookupFailed, ListenFailed, PermissionDenied
 * @throws {TypeError} for options and handlers that there are not, or that are out of range.
 */
export function listen<Data = undefined>(
  options: DirectListenOptions<Data>,
): Promise<DirectListener<Data>>
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
export function listen<Data>(
  options: ServeOptions | DirectListenOptions<Data>,
  handler?: ConnectionHandler,
): Promise<Listener | DirectListener<Data>> {
  return handler === undefined && hasHandlers(options)
    ? listenDirectlyOn(stackFor, options)
    : listenOn(stackFor, options, handler)
}

/** `listen` on the stack from `stackOf`, which is called once the options are known to be valid. */
export async function listenOn(
  stackOf: StackOf,
  options: ServeOptions,
  handler?: ConnectionHandler,
): Promise<Listener> {
  const open = listening(options, handler === undefined ? listenTaker : serveTaker)
  const serve = handler === undefined ? undefined : handling(handler, options.onError)
  const stack = await stackOf(options.fallback)
  const listener = await Effect.runPromiseWith(stack.services)(open(stack, identity))
  serve?.(listener)
  return listener
}

/** The same with handlers. */
export async function listenDirectlyOn<Data>(
  stackOf: StackOf,
  options: ListenOptions & DirectOptions<Data>,
): Promise<DirectListener<Data>> {
  const common = direct(directListenTaker, options)
  const open = listeningWith(
    options,
    (stack, acceptor, resolved) => new DirectListener(stack, acceptor, resolved, common),
  )
  const stack = await stackOf(options.fallback)
  return await Effect.runPromiseWith(stack.services)(open(stack, identity))
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
  return listeningWith(
    options,
    (stack, acceptor, resolved) => new Listener(stack, acceptor, resolved),
  )
}

/** The same for a listener that `make` makes. The options' names are checked already. */
function listeningWith<L>(
  options: ListenOptions,
  make: (stack: Stack, acceptor: Acceptor, resolved: ResolvedOptions) => L,
): (stack: Stack, restore: Restore) => Effect.Effect<L, ZerowireError> {
  checkFallback(options.fallback)
  const resolved = resolveOptions(options)
  const where = listenAt(options, resolved.noDelay)
  return (stack, restore) =>
    Effect.gen(function* () {
      const point = yield* where(stack, restore)
      const acceptor = yield* Effect.try({
        try: () => new Acceptor(stack, point),
        catch: (failure) => failure as ZerowireError,
      })
      yield* acceptor.ready
      return make(stack, acceptor, resolved)
    })
}
