import { AF_INET, AF_INET6, AF_UNSPEC } from "../constants.ts"

/** Bytes of a `struct sockaddr_in`. */
export const sockaddrInBytes = 16
/** Bytes of a `struct sockaddr_in6`. */
export const sockaddrIn6Bytes = 28

/** An internet address in text form, without names or brackets. */
export interface InetAddress {
  readonly family: 4 | 6
  /** A dotted quad, or the colon form of RFC 5952 without a zone. */
  readonly address: string
  readonly port: number
  /** The interface index of a link-local IPv6 address, 0 for none. */
  readonly scope: number
}

/** The family of an address in text form without a zone; undefined for anything else, such as a name. */
export function addressFamily(text: string): 4 | 6 | undefined {
  try {
    if (text.includes(":")) return parseIpv6(text) && 6
    return parseIpv4(text) && 4
  } catch {
    return undefined
  }
}

/**
 * Writes `address` at the start of `memory` and returns its length in bytes.
 *
 * @throws {TypeError} if it is not an address in text form.
 */
export function writeSockaddr(memory: ArrayBuffer, address: InetAddress): number {
  const view = new DataView(memory)
  new Uint8Array(memory, 0, Math.min(memory.byteLength, sockaddrIn6Bytes)).fill(0)
  view.setUint16(2, address.port, false)
  if (address.family === 4) {
    view.setUint16(0, AF_INET, true)
    parseIpv4(address.address).forEach((byte, i) => view.setUint8(4 + i, byte))
    return sockaddrInBytes
  }
  view.setUint16(0, AF_INET6, true)
  parseIpv6(address.address).forEach((group, i) => view.setUint16(8 + 2 * i, group, false))
  view.setUint32(24, address.scope, true)
  return sockaddrIn6Bytes
}

/** Writes an address of the family AF_UNSPEC, which makes `connect` disconnect. */
export function writeUnspecified(memory: ArrayBuffer): number {
  new Uint8Array(memory, 0, sockaddrInBytes).fill(0)
  new DataView(memory).setUint16(0, AF_UNSPEC, true)
  return sockaddrInBytes
}

/** Reads the address at the start of `memory`; nothing if it is of another family. */
export function readSockaddr(memory: DataView): InetAddress | undefined {
  const family = memory.getUint16(0, true)
  const port = memory.getUint16(2, false)
  if (family === AF_INET) {
    const bits = memory.getUint32(4, false)
    return readAddress(4, port, 0, () => [24, 16, 8, 0].map((by) => bits >>> by & 255).join("."))
  }
  if (family !== AF_INET6) return undefined
  const word = (at: number) => memory.getUint32(8 + 4 * at, false)
  const [first, second, third, fourth] = [word(0), word(1), word(2), word(3)]
  return readAddress(
    6,
    port,
    memory.getUint32(24, true),
    () =>
      formatIpv6([first, second, third, fourth].flatMap((word) => [word >>> 16, word & 0xffff])),
  )
}

/**
 * An address whose text is made when somebody asks for it: of most peers nobody does. Its properties are its
 * own, so that a copy of the object has them, too.
 */
function readAddress(
  family: 4 | 6,
  port: number,
  scope: number,
  format: () => string,
): InetAddress {
  let text: string | undefined
  return {
    family,
    port,
    scope,
    get address() {
      return text ??= format()
    },
  }
}

function parseIpv4(text: string): number[] {
  const parts = text.split(".")
  const bytes = parts.map((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : NaN)
  if (bytes.length !== 4 || bytes.some((byte) => !(byte <= 255))) {
    throw new TypeError(`Cannot read "${text}" as an IPv4 address`)
  }
  return bytes
}

function parseIpv6(text: string): number[] {
  const fail = () => new TypeError(`Cannot read "${text}" as an IPv6 address`)
  const halves = text.split("::")
  if (halves.length > 2) throw fail()
  const [head, tail] = halves.map((half, i) =>
    half === "" ? [] : half.split(":").flatMap((part, at, all) =>
      // Only the last part may be an IPv4 address (RFC 4291, 2.2).
      groupsOf(part, i === halves.length - 1 && at === all.length - 1)
    )
  )
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? missing !== 0 : missing < 1) throw fail()
  return [...head, ...new Array(missing).fill(0), ...(tail ?? [])]

  function groupsOf(part: string, last: boolean): number[] {
    if (last && part.includes(".")) {
      const [a, b, c, d] = parseIpv4(part)
      return [a << 8 | b, c << 8 | d]
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw fail()
    return [parseInt(part, 16)]
  }
}

/** The canonical text form of RFC 5952 of eight groups: the longest run of zero groups is shortened. */
export function formatIpv6(groups: readonly number[]): string {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) {
    return `::ffff:${groups[6] >> 8}.${groups[6] & 255}.${groups[7] >> 8}.${groups[7] & 255}`
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":")
  if (best.start < 0) return hex(groups)
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`
}
