import { BlockList, isIP } from "node:net"
import { cannotUse } from "../../argument/mod.ts"
import { addressFamily } from "../../kernel/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"

/** Addresses and networks, and perhaps the peers of Unix domain sockets. */
export class Networks {
  readonly #list = new BlockList()
  readonly #unix: boolean

  /** @throws {TypeError} for what is neither an address nor a network. */
  constructor(members: readonly string[]) {
    if (!Array.isArray(members) || members.length === 0) {
      throw cannotUse(
        "proxies",
        members,
        'a list of addresses, such as ["127.0.0.1", "10.0.0.0/8"]',
      )
    }
    for (const member of members) if (member !== "unix") this.#add(member)
    this.#unix = members.includes("unix")
  }

  has({ transport, hostname }: NetAddress): boolean {
    if (transport === "unix") return this.#unix
    const family = isIP(hostname)
    return family !== 0 && this.#list.check(hostname, family === 4 ? "ipv4" : "ipv6")
  }

  #add(member: unknown): void {
    const [address, prefix, more] = String(member).split("/")
    // Without a zone: a peer's address has none.
    const family = addressFamily(address)
    const most = family === 4 ? 32 : 128
    const bits = prefix === undefined ? most : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : NaN
    if (
      typeof member !== "string" || family === undefined || !(bits <= most) || more !== undefined
    ) {
      throw cannotUse("proxies", member, 'an address, a network such as "10.0.0.0/8", or "unix"')
    }
    this.#list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6")
  }
}
