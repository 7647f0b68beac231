import { isIP } from "node:net"
import type { NetAddress } from "../../tcp/mod.ts"

/** What one proxy says about the request that it got. */
export interface Hop {
  /** Who has sent it. */
  readonly node?: string | undefined
  /** The scheme that was spoken with it. */
  readonly proto?: string | undefined
  /** The host that was asked for. */
  readonly host?: string | undefined
}

/** What is believed about a request. */
export interface Believed {
  readonly remoteAddr: NetAddress
  readonly proto?: string | undefined
  readonly host?: string | undefined
}

/**
 * Follows `hops` from the nearest proxy, the last one, to the first sender that is not `trusted`: it is the
 * client. What stands before that was written by the client, or is its own affair.
 */
export function follow(
  hops: readonly Hop[],
  peer: NetAddress,
  trusted: (address: NetAddress) => boolean,
): Believed {
  let remoteAddr = peer
  let proto: string | undefined
  let host: string | undefined
  for (let i = hops.length - 1; i >= 0 && trusted(remoteAddr); i--) {
    const hop = hops[i]
    // A proxy further out knows better what the client has asked for.
    proto = hop.proto ?? proto
    host = hop.host ?? host
    const sender = hop.node === undefined ? undefined : addressOf(hop.node)
    // "unknown", or a name that the proxy has made up.
    if (sender === undefined) break
    remoteAddr = sender
  }
  return { remoteAddr, proto, host }
}

/** An address with or without a port, IPv6 with or without brackets. Port 0 if there is none. */
function addressOf(node: string): NetAddress | undefined {
  const [, bracketed, plain, port = "0"] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?$/.exec(node) ?? [undefined, undefined, node]
  const hostname = bracketed ?? plain
  if (isIP(hostname) === 0 || Number(port) > 65_535) return undefined
  return { transport: "tcp", hostname, port: Number(port) }
}
