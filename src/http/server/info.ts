import { cannotUse } from "../../argument/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"
import type { MakeTrailers } from "../response/trailers.ts"
import type { ClientAddress, ServeInfo, Upgrade, UpgradeOptions } from "./options.ts"

/** What the handler may ask about its request. */
export interface InfoSource {
  readonly remoteAddr: NetAddress
  readonly completed: ServeInfo["completed"]
  readonly trailers: Promise<Headers>
  earlyHints(headers: Headers): void
  sendTrailers(make: MakeTrailers): void
  upgrade(options: UpgradeOptions): Upgrade | undefined
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

  get completed(): ServeInfo["completed"] {
    return this.#source.completed
  }

  get trailers(): Promise<Headers> {
    return this.#source.trailers
  }

  earlyHints(headers: HeadersInit): void {
    this.#source.earlyHints(new Headers(headers))
  }

  sendTrailers(make: MakeTrailers): void {
    if (typeof make !== "function") throw cannotUse("make", make, "a function that returns headers")
    this.#source.sendTrailers(make)
  }

  upgrade(options: UpgradeOptions): Upgrade | undefined {
    return this.#source.upgrade(options)
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
