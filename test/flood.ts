import { once } from "node:events"
import { setImmediate } from "node:timers/promises"
import { pattern } from "./lab/pattern.ts"
import type { PlainSocket } from "./plain_peer.ts"

/** Sends the pattern of the lab in small parts, from now on until it is told to come to an end. */
export class Flood {
  readonly #peer: PlainSocket
  #sent = 0
  #end = Infinity

  constructor(peer: PlainSocket) {
    this.#peer = peer
    this.#run()
  }

  /** Ends after so many more bytes, and answers how many there were. */
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
