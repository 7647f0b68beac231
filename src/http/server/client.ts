import type { NetAddress } from "../../tcp/mod.ts"
import type { Head } from "../parser/head.ts"
import { ProxyHeader } from "../trust/proxy_header.ts"
import type { Told, TrustedProxies } from "../trust/trust.ts"

/** Who the client of a connection is: the peer, or whom trusted proxies name. */
export class Client {
  readonly #trust: TrustedProxies | undefined
  #header: ProxyHeader | undefined
  readonly #peer: { readonly remoteAddr: NetAddress }
  /** Whom the header of the PROXY protocol names. */
  #named: NetAddress | undefined
  /** Whether its peer may be a proxy that tells more in headers. */
  #believable = true

  /** The address of `peer` is asked for when somebody wants it. */
  constructor(trust: TrustedProxies | undefined, peer: { readonly remoteAddr: NetAddress }) {
    this.#trust = trust
    this.#peer = peer
    if (trust?.proxyProtocol === true) this.#header = new ProxyHeader()
  }

  /** The address of the client, as far as the connection tells it. */
  get remoteAddr(): NetAddress {
    return this.#named ?? this.#peer.remoteAddr
  }

  /** Whether the header of the PROXY protocol has come, if there has to be one. */
  get known(): boolean {
    return this.#header === undefined
  }

  /**
   * Uses input from address `from` to `to` for that header. Returns the address of the first byte after it.
   *
   * @throws {Refusal} with status 0 if it is malformed.
   */
  use(memory: Uint8Array, from: number, to: number): number {
    const used = this.#header?.take(memory.subarray(from, to)) ?? 0
    const greeting = this.#header?.greeting
    if (greeting !== undefined) {
      this.#header = undefined
      this.#named = greeting.source ?? this.#named
      // A client whose address the proxy does not know is nobody to believe; neither is one on a Unix domain
      // socket of the proxy, which is not the one that the server trusts.
      this.#believable = greeting.local === true || greeting.source?.transport === "tcp"
    }
    return from + used
  }

  /**
   * A request as the client has sent it, if a proxy is believed; otherwise nothing.
   *
   * @throws {Refusal} 400 for headers of a proxy that are malformed.
   */
  read(head: Head, fallback: string): Told | undefined {
    return this.#believable ? this.#trust?.read(head, this.remoteAddr, fallback) : undefined
  }
}
