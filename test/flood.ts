import { once } from "node:events"
import { setImmediate } from "node:timers/promises"
import { pattern } from "./lab/pattern.ts"
import type { PlainSocket } from "./plain_peer.ts"

/** Sends the lab's pattern in small parts until it is told to end. */
export class Flood {
  readonly #peer: PlainSocket
  #sent = 0
  #end = Infinity

  constructor(peer: PlainSocket) {
    this.#peer = peer
    this.#run()
  }

  /** Ends after this many more bytes, and returns the total. */
  async end(more: number): Promise<number> {
    this.#end = this.#sent + more
    await once(this.#peer, "finish")
    return this.#sent
  }

  async #run(): Promise<void> {
    while (this.#sent < this.#end) {
      const part = pattern(this.#sent, 7001)
      this.#sent += part.byteLength
      if (!this.#peer.write(part)) await once(this.#peer, "drain")
      await setImmediate()
    }
    this.#peer.end()
  }
}
