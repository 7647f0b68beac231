import { InvalidArgumentError } from "commander"
import { isIPv6 } from "node:net"

export interface HostPort {
  readonly hostname: string
  readonly port: number
}

/** `HOST:PORT`, with brackets around an IPv6 address. */
export function target(text: string): HostPort {
  const { hostname, port } = parts(text)
  if (hostname === undefined || port === undefined) {
    throw new InvalidArgumentError("Give HOST:PORT, for example 192.0.2.1:9000 or [::1]:9000.")
  }
  return { hostname, port: portIn(port, 1) }
}

/** `PORT` or `ADDRESS:PORT`. Port 0 picks a free one. */
export function listenAddress(text: string): HostPort {
  const { hostname = "0.0.0.0", port } = /^\d+$/.test(text) ? { port: text } : parts(text)
  if (port === undefined) {
    throw new InvalidArgumentError("Give PORT or ADDRESS:PORT, for example 9000 or [::1]:9000.")
  }
  return { hostname, port: portIn(port, 0) }
}

/** `HOST` or `HOST:PORT`. */
export function host(text: string): { readonly hostname: string; readonly port?: number } {
  const { hostname, port } = parts(text)
  if (hostname === undefined) throw new InvalidArgumentError("Give HOST or HOST:PORT.")
  return port === undefined ? { hostname } : { hostname, port: portIn(port, 1) }
}

/** A number of bytes, with or without a unit. */
export function byteCount(text: string): number {
  const [, number, unit = ""] = /^(\d+)\s*(|B|KiB|MiB|GiB)$/.exec(text) ?? []
  const bytes = Number(number) * 1024 ** ["", "KiB", "MiB", "GiB"].indexOf(unit.replace(/^B$/, ""))
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new InvalidArgumentError("Give a number of bytes, for example 100000000 or 64MiB.")
}

/** 1 or more. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError("Give a whole number, 1 or more.")
}

function parts(text: string): { readonly hostname?: string; readonly port?: string } {
  if (isIPv6(text)) return { hostname: text }
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([^:]*))?$/.exec(text) ?? []
  const hostname = bracketed ?? plain
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(port === undefined ? {} : { port }),
  }
}

function portIn(text: string, least: 0 | 1): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN
  if (port >= least && port <= 65_535) return port
  throw new InvalidArgumentError(`Ports go from ${least} to 65535.`)
}
