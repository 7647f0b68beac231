import * as Effect from "effect/Effect"
import { oneOf } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { checkHostname, checkPort, formatAddress, formatPath, permit, resolve } from "../address.ts"
import { hasConnected, type History } from "../connection/history.ts"
import type { ConnectOptions } from "./connect_options.ts"
import { connectUnix } from "./connect_unix.ts"
import { connectToAny, interleaved } from "./happy_eyeballs.ts"
import { unix } from "./listening_point.ts"
import { checkPath } from "./unix_path.ts"

/** What to connect to. */
export interface ConnectTarget {
  /** What it is called in messages. */
  readonly name: string
  /** What a connection to it has behind it. */
  readonly history: History
  /** Opens a connected socket, which is then in `opened`, and returns its file descriptor. */
  open(stack: Stack, opened: Set<number>): Effect.Effect<number, ZerowireError>
}

/** @throws {TypeError} for values out of range, and unless there is exactly one target. */
export function targetOf(
  { transport, hostname, port, path }: Omit<ConnectOptions, "signal">,
): ConnectTarget {
  oneOf("transport", [path === undefined ? "tcp" : "unix"], transport, "tcp")
  if (path === undefined) return inetTarget(hostname, port as number)
  checkPath(path)
  // An address that is passed on has all members.
  if ((hostname ?? "") === "" && (port ?? 0) === 0) return unixTarget(path)
  throw new TypeError('Cannot connect: "path" goes without "hostname" and "port"')
}

const unixTarget = (path: string): ConnectTarget => ({
  name: formatPath(path),
  history: { sentBefore: 0, unix: { local: unix(""), peer: unix(path) } },
  open: (stack, opened) => connectUnix(stack, path, opened),
})

function inetTarget(hostname = "127.0.0.1", port: number): ConnectTarget {
  checkHostname(hostname)
  checkPort(port, 1)
  return {
    name: formatAddress({ address: hostname, port }),
    history: hasConnected,
    open: (stack, opened) =>
      Effect.gen(function* () {
        yield* permit(stack, hostname, port)
        const addresses = yield* resolve(hostname, port)
        return yield* connectToAny(stack, interleaved(addresses), opened)
      }),
  }
}
