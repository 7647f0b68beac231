import { cannotUse, checkOptions, oneOf } from "../../argument/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"
import type { Head } from "../parser/head.ts"
import { hostOrigin } from "../parser/host.ts"
import { forwardedHops } from "./forwarded.ts"
import { follow, type Hop } from "./hops.ts"
import { Networks } from "./networks.ts"
import { type Trust, trustTaker } from "./options.ts"
import { xForwardedHops } from "./x_forwarded.ts"

/** A request as its client has sent it. */
export interface Told {
  readonly head: Head
  readonly remoteAddr: NetAddress
}

/** The proxies that a server believes. */
export class TrustedProxies {
  readonly proxyProtocol: boolean
  readonly #networks: Networks
  readonly #hopsIn: ((lines: string) => readonly Hop[]) | undefined

  /** @throws {TypeError} for options that there are not, or that say nothing. */
  constructor(trust: Trust) {
    checkOptions(trustTaker, trust)
    const { headers } = trust
    this.proxyProtocol = oneOf("proxyProtocol", [true, false], trust.proxyProtocol, false)
    this.#networks = new Networks(trust.proxies)
    if (headers !== undefined) oneOf("headers", ["forwarded", "x-forwarded"], headers, headers)
    else if (!this.proxyProtocol) {
      throw cannotUse(
        "headers",
        headers,
        '"forwarded" or "x-forwarded", unless "proxyProtocol" is true',
      )
    }
    this.#hopsIn = headers === undefined ? undefined : hopsIn[headers]
  }

  has(address: NetAddress): boolean {
    return this.#networks.has(address)
  }

  /**
   * What is believed about a request from `peer`.
   *
   * @throws {Refusal} 400 if a proxy has passed on what it should not.
   */
  read(head: Head, peer: NetAddress, fallback: string): Told {
    if (this.#hopsIn === undefined || !this.has(peer)) return { head, remoteAddr: peer }
    const hops = this.#hopsIn(head.lines)
    const { remoteAddr, proto, host } = follow(hops, peer, (address) => this.has(address))
    if (proto === undefined && host === undefined) return { head, remoteAddr }
    const known = host === undefined ? head.origin ?? fallback : hostOrigin(host)
    const https = proto?.toLowerCase() === "https"
    // A URL leaves out the port that its scheme has anyway.
    const origin = https ? new URL(known.replace(/^http:/, "https:")).origin : known
    return { head: { ...head, origin }, remoteAddr }
  }
}

const hopsIn = { forwarded: forwardedHops, "x-forwarded": xForwardedHops } as const
