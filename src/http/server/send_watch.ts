import type { Limits } from "../limits.ts"
import type { Transport } from "../transport.ts"
import { Pace } from "./pace.ts"

/** Watches whether a client takes what is sent to it. */
export class SendWatch {
  readonly #transport: Taking
  readonly #limit: number
  readonly #pace: Pace
  #moved = 0
  #deadline = Infinity

  constructor(transport: Taking, { sendTimeout, sendRate, rateWindow }: SendLimits) {
    this.#transport = transport
    this.#limit = sendTimeout
    this.#pace = new Pace(sendRate, rateWindow)
  }

  /**
   * Whether the client has something to take, and has taken nothing for too long, or too little. Asked about
   * once a second.
   *
   * What its kernel acknowledges counts: a send buffer of megabytes has room for more only when a large part
   * of it has left. Without unacknowledged bytes, what is queued waits for something else, such as a disk.
   */
  stalled(now: number): boolean {
    const waits = this.#transport.waitsForPeer
    const taken = waits ? this.#transport.takenBytes : 0
    const slow = this.#pace.tooSlow(now, taken, waits)
    const moved = taken + this.#transport.acceptedBytes
    if (waits && moved === this.#moved) return slow || now >= this.#deadline
    this.#moved = moved
    this.#deadline = now + this.#limit
    return slow
  }
}

type Taking = Pick<Transport, "acceptedBytes" | "takenBytes" | "waitsForPeer">
type SendLimits = Pick<Limits, "rateWindow" | "sendRate" | "sendTimeout">
