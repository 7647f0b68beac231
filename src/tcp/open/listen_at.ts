import * as Effect from "effect/Effect"
import { atLeast, cannotUse, oneOf } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import {
  checkHostname,
  checkPort,
  permit,
  permitFound,
  permitListening,
  permitUnix,
  resolve,
} from "../address.ts"
import { activatedDescriptor } from "./activation.ts"
import { InetPoint } from "./inet_point.ts"
import { InheritedPoint } from "./inherited_point.ts"
import type { ListeningPoint } from "./listening_point.ts"
import type { ListenOptions } from "./listen_options.ts"
import { checkOnePlace } from "./one_place.ts"
import type { Restore } from "./restore.ts"
import { checkMode, checkPath } from "./unix_path.ts"
import { UnixPoint } from "./unix_point.ts"

/** Finds the place, and asks the runtime whether this process may listen there. */
type FindPoint = (stack: Stack, restore: Restore) => Effect.Effect<ListeningPoint, ZerowireError>

/**
 * Checks the options that say where to listen.
 *
 * @throws {TypeError} for values out of range, and unless there is exactly one place.
 */
export function listenAt(options: ListenOptions, noDelay: boolean): FindPoint {
  const { path, fd, activated } = options
  const backlog = Math.trunc(atLeast("backlog", options.backlog ?? 511, 0))
  const reusePort = oneOf("reusePort", [true, false], options.reusePort, false)
  oneOf("transport", [path === undefined ? "tcp" : "unix"], options.transport, "tcp")
  checkOnePlace(options)
  checkMode(options.mode)
  if (path !== undefined) {
    checkPath(path)
    const point = new UnixPoint(path, { backlog, mode: options.mode })
    return () => Effect.as(permitUnix(path), point)
  }
  if (fd !== undefined || activated !== undefined) {
    checkInherited(options)
    return (stack) => Effect.try({ try: () => inherited(stack, options, noDelay), catch: thrown })
  }
  const { hostname = "0.0.0.0", port = NaN } = options
  checkHostname(hostname)
  checkPort(options.port as number, 0)
  return (stack, restore) =>
    Effect.gen(function* () {
      yield* permit(stack, hostname, port)
      const [address] = yield* restore(resolve(hostname, port))
      yield* Effect.try({ try: () => permitFound(stack, address), catch: thrown })
      return new InetPoint(address, { backlog, reusePort, noDelay })
    })
}

function inherited(stack: Stack, { fd, activated }: ListenOptions, noDelay: boolean) {
  const number = fd ?? activatedDescriptor(stack.kernel, activated ?? 0)
  return new InheritedPoint(number, noDelay, (address) => permitListening(stack, address))
}

function checkInherited({ fd, activated }: ListenOptions): void {
  if (fd !== undefined && !(Number.isInteger(fd) && fd >= 0)) {
    throw cannotUse("fd", fd, "the number of a file descriptor")
  }
  const known = typeof activated === "string" ||
    Number.isInteger(activated) && (activated as number) >= 0
  if (activated !== undefined && !known) {
    throw cannotUse("activated", activated, "the name of a socket, or its number, from 0 on")
  }
}

const thrown = (failure: unknown): ZerowireError => failure as ZerowireError
