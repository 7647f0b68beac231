import type { InetAddress } from "../../kernel/port.ts"

/** The address itself, where an IPv6 socket has an IPv4 address in its own form (RFC 4291, 2.5.5.2). */
export function unmapped(address: InetAddress): InetAddress {
  if (!address.address.startsWith(prefix)) return address
  return { ...address, family: 4, address: address.address.slice(prefix.length) }
}

/** The address as a socket of that family has it. */
export function seenBy(family: 4 | 6, address: InetAddress): InetAddress {
  const plain = unmapped(address)
  if (family === plain.family) return plain
  return { ...plain, family: 6, address: `${prefix}${plain.address}` }
}

const prefix = "::ffff:"
