import type { NetAddress } from "../../tcp/mod.ts"

/** Counts the connections of each address. If there is no limit, it counts nothing. */
export class Addresses {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  /** An address may have `most` connections. */
  constructor(most: number) {
    this.#most = most
  }

  /** A connection has come. Returns whether it may stay. All clients of a Unix domain socket may. */
  enter(peer: { readonly remoteAddr: NetAddress }): boolean {
    if (this.#most === Infinity) return true
    const { hostname } = peer.remoteAddr
    const before = this.#counts.get(hostname) ?? 0
    if (hostname !== "" && before >= this.#most) return false
    this.#counts.set(hostname, before + 1)
    return true
  }

  /** One that could stay has gone. */
  leave(peer: { readonly remoteAddr: NetAddress }): void {
    if (this.#most === Infinity) return
    const { hostname } = peer.remoteAddr
    const others = (this.#counts.get(hostname) ?? 1) - 1
    if (others > 0) this.#counts.set(hostname, others)
    else this.#counts.delete(hostname)
  }
}
