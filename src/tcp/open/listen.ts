import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { atLeast, checkOptions, oneOf } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { defaultEngine, type Engine } from "../../stack/mod.ts"
import { checkHostname, checkPort, permit, resolve } from "../address.ts"
import { listenTaker } from "../known_options.ts"
import { Listener } from "../listener.ts"
import { resolveOptions } from "../options.ts"
import { Acceptor } from "./accept.ts"
import type { ListenOptions } from "./listen_options.ts"
import type { Restore } from "./restore.ts"

/**
 * Listens for connections.
 *
 * @throws {ZerowireError} LookupFailed, ListenFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  return listenOn(defaultEngine, options)
}

/**
 * `listen` on the engine that `engineOf` answers, once the options have been found good.
 */
export async function listenOn(engineOf: () => Engine, options: ListenOptions): Promise<Listener> {
  const open = listening(options)
  const engine = engineOf()
  return await Effect.runPromiseWith(engine.services)(open(engine, identity))
}

/**
 * What `listen` does with these options, once they have been found good. Where nothing but `restore` can
 * be interrupted, no socket is left open.
 *
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listening(
  options: ListenOptions,
): (engine: Engine, restore: Restore) => Effect.Effect<Listener, ZerowireError> {
  checkOptions(listenTaker, options)
  const { hostname = "0.0.0.0", port, transport } = options
  oneOf("transport", ["tcp"], transport, "tcp")
  checkHostname(hostname)
  checkPort(port, 0)
  const resolved = resolveOptions(options)
  const backlog = Math.trunc(atLeast("backlog", options.backlog ?? 511, 0))
  const reusePort = oneOf("reusePort", [true, false], options.reusePort, false)
  return (engine, restore) =>
    Effect.gen(function* () {
      yield* permit(engine, hostname, port)
      const [address] = yield* restore(resolve(hostname, port))
      const acceptor = yield* Effect.try({
        try: () => new Acceptor(engine, address, { backlog, reusePort }),
        catch: (failure) => failure as ZerowireError,
      })
      return new Listener(engine, acceptor, resolved)
    })
}
