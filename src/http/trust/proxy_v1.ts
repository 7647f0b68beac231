import { isIPv4, isIPv6 } from "node:net"
import type { NetAddress } from "../../tcp/mod.ts"
import type { Greeting } from "./greeting.ts"

/**
 * Reads a header of version 1 of the PROXY protocol, a line of text (section 2.1). Returns nothing if it is
 * malformed, and `"more"` if it may be complete with more bytes.
 */
export function readV1(bytes: Uint8Array): Greeting | "more" | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, longest))
  const end = text.indexOf("\r\n")
  if (end < 0) return bytes.length < longest ? "more" : undefined
  const byteLength = end + 2
  const [, family, source, destination, port, local, ...others] = text.slice(0, end).split(" ")
  // Whatever follows UNKNOWN is ignored.
  if (family === "UNKNOWN") return { byteLength }
  const isAddress = families[family]
  if (isAddress === undefined || others.length > 0) return undefined
  if (![source, destination].every((address) => address !== undefined && isAddress(address))) {
    return undefined
  }
  const numbers = [port, local].map(portOf)
  if (numbers.includes(undefined)) return undefined
  return { byteLength, source: tcp(source, numbers[0] ?? 0) }
}

/** What a header of version 1 begins with. */
export const signatureV1: Uint8Array = new TextEncoder().encode("PROXY ")

const tcp = (hostname: string, port: number): NetAddress => ({ transport: "tcp", hostname, port })

const families: Readonly<Record<string, (address: string) => boolean>> = {
  TCP4: isIPv4,
  TCP6: isIPv6,
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0|[1-9][0-9]{0,4})$/.test(text)) return undefined
  return Number(text) <= 65_535 ? Number(text) : undefined
}

/** Bytes of the longest header, without the final zero byte of C. */
const longest = 107
