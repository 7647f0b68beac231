import * as Effect from "effect/Effect"
import type { LookupAddress } from "node:dns"
import { cannotUse, messageOf } from "../argument/mod.ts"
import { LookupFailed, PermissionDenied, Unsupported, ZerowireError } from "../error/mod.ts"
import { addressFamily, builtin, interfaceIndex, requireUnix } from "../kernel/mod.ts"
import type { InetAddress, SocketAddress } from "../kernel/port.ts"
import type { Stack } from "../stack/mod.ts"

/** An address in the form that `Deno.Conn` uses. */
export interface NetAddress {
  /** TCP, or a Unix domain socket. */
  readonly transport: "tcp" | "unix"
  /**
   * An IPv4 or IPv6 address in text form; empty if the kernel no longer knows it, and for a Unix domain
   * socket.
   */
  readonly hostname: string
  /** From 0 to 65535; 0 for a Unix domain socket. */
  readonly port: number
  /**
   * The path of a Unix domain socket, or its abstract name, which begins with a zero character. Empty for
   * a side that has none, as most peers.
   */
  readonly path?: string
}

/** Converts a kernel address to the form of the public API. */
export const toNetAddress = (address: SocketAddress | undefined): NetAddress =>
  address?.family === "unix"
    ? { transport: "unix", hostname: "", port: 0, path: address.path }
    : { transport: "tcp", hostname: address?.address ?? "", port: address?.port ?? 0 }

/** A path as messages show it. ss(8) writes abstract names with an `@`, too. */
export const formatPath = (path: string): string => path.replace(/^\0/, "@")

/** `host:port`, with brackets around an IPv6 host. */
export const formatAddress = (
  { address, port }: { readonly address: string; readonly port: number },
): string =>
  address.includes(":") && !address.startsWith("[") ? `[${address}]:${port}` : `${address}:${port}`

/** The same for an address of the public API; the path of a Unix domain socket. */
export const formatAddr = ({ hostname, port, path }: NetAddress): string =>
  path === undefined ? formatAddress({ address: hostname, port }) : formatPath(path)

/** Refuses a port that is not a whole number from `least` to 65535. */
export function checkPort(port: number, least: 0 | 1): void {
  if (Number.isInteger(port) && port >= least && port <= 65535) return
  const cure = port === 0
    ? ". Only listen() takes 0, for any free port. Pass the port that the peer listens on"
    : ""
  throw cannotUse("port", port, `a whole number from ${least} to 65535${cure}`)
}

/** Refuses a host that is not a name or an address in text form. */
export function checkHostname(hostname: string): void {
  if (typeof hostname === "string" && hostname !== "") return
  throw cannotUse("hostname", hostname, "a name or an address")
}

/** Fails unless the runtime lets this process reach `hostname:port`. */
export const permit = (
  stack: Stack,
  hostname: string,
  port: number,
): Effect.Effect<void, ZerowireError> =>
  Effect.try({
    try: () => stack.requireNet(split(hostname).host, port),
    catch: permissionDenied,
  })

/**
 * Permits an address that was found for a permitted name, unless the runtime forbids that address.
 *
 * @throws {ZerowireError} PermissionDenied
 */
export function permitFound(stack: Stack, { address, port }: InetAddress): void {
  try {
    stack.requireNet(address, port, true)
  } catch (cause) {
    throw permissionDenied(cause)
  }
}

/** The same for a listening socket, whatever it listens on. */
export function permitListening(
  stack: Stack,
  { transport, hostname, port, path }: NetAddress,
): void {
  try {
    if (transport === "unix") requireUnix(path ?? "")
    else stack.requireNet(hostname, port)
  } catch (cause) {
    throw permissionDenied(cause)
  }
}

/** Fails unless the runtime lets this process use a Unix domain socket of this path. */
export const permitUnix = (path: string): Effect.Effect<void, ZerowireError> =>
  Effect.try({ try: () => requireUnix(path), catch: permissionDenied })

function permissionDenied(cause: unknown): ZerowireError {
  return new ZerowireError(new PermissionDenied(messageOf(cause)), cause)
}

/** The addresses of a host, in the order in which the system prefers them. */
export const resolve = (
  hostname: string,
  port: number,
): Effect.Effect<readonly InetAddress[], ZerowireError> => {
  const { host, zone } = split(hostname)
  const family = addressFamily(host)
  if (family !== undefined) {
    let scope: number | undefined
    try {
      scope = zone === undefined ? 0 : scopeOf(zone)
    } catch (cause) {
      const message = `Cannot look up the interface "${zone}": ${messageOf(cause)}. Give its number`
      return Effect.fail(new ZerowireError(new Unsupported(message), cause))
    }
    if (scope === undefined) {
      return Effect.fail(new ZerowireError(new LookupFailed(hostname, "ENODEV")))
    }
    return Effect.succeed([{ family, address: host, port, scope }])
  }
  return Effect.tryPromise({
    try: () => lookUp(hostname, port),
    catch: (cause) => lookupFailed(hostname, cause),
  }).pipe(
    Effect.map((found) =>
      found.map(({ address, family }): InetAddress => ({
        family: family === 6 ? 6 : 4,
        address,
        port,
        scope: 0,
      }))
    ),
  )
}

/**
 * Deno checks permission for the host and the port if it is given the port, an option that other
 * runtimes' `node:dns` ignores. `node:dns/promises` does not pass it on.
 */
function lookUp(hostname: string, port: number): Promise<LookupAddress[]> {
  const options = { all: true, port } as const
  return new Promise((resolve, reject) => {
    builtin.dns.lookup(
      hostname,
      options,
      (failure, found) => failure ? reject(failure) : resolve(found),
    )
  })
}

function lookupFailed(hostname: string, cause: unknown): ZerowireError {
  const code = (cause as { code?: string }).code ?? String(cause)
  if (code !== "EPERM") return new ZerowireError(new LookupFailed(hostname, code), cause)
  // Without a port, Deno requires permission for every port of the host.
  const cure = `run again with --allow-net=${hostname}, or give the address`
  return new ZerowireError(
    new PermissionDenied(
      `Looking up "${hostname}" requires net access to all of its ports: ${cure}`,
    ),
    cause,
  )
}

/** The number of a zone, or of the interface that it names; nothing if there is no such interface. */
const scopeOf = (zone: string): number | undefined =>
  /^\d+$/.test(zone) ? Number(zone) : positive(interfaceIndex(zone))

const positive = (index: number): number | undefined => index > 0 ? index : undefined

/** The host without the brackets of an IPv6 address and without its zone. */
function split(hostname: string): { readonly host: string; readonly zone: string | undefined } {
  const [host, zone] = hostname.replace(/^\[(.*)\]$/, "$1").split("%")
  return { host, zone }
}
