import type { NetAddress } from "../../tcp/mod.ts"
import type { ClientAddress, ServeInfo } from "./options.ts"

/** What the handler may ask about its request. */
export interface InfoSource {
  readonly remoteAddr: NetAddress
  readonly completed: Promise<void>
  timeout(seconds: number): void
}

/** The second argument of a handler, in the shape of `Deno.serve`'s and of `Bun.serve`'s. */
export class Info implements ServeInfo {
  readonly #source: InfoSource

  constructor(source: InfoSource) {
    this.#source = source
  }

  get remoteAddr(): NetAddress {
    return this.#source.remoteAddr
  }

  get completed(): Promise<void> {
    return this.#source.completed
  }

  requestIP(_request?: Request): ClientAddress | null {
    const { transport, hostname: address, port } = this.#source.remoteAddr
    if (transport === "unix") return null
    return { address, port, family: address.includes(":") ? "IPv6" : "IPv4" }
  }

  timeout(_request: Request, seconds: number): void {
    this.#source.timeout(seconds)
  }
}
