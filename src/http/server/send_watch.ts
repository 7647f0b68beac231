import type { Transport } from "../transport.ts"

/** Watches whether a client takes what is sent to it. */
export class SendWatch {
  readonly #transport: Pick<Transport, "acceptedBytes" | "queuedBytes">
  readonly #limit: number
  #acceptedBytes = 0
  #deadline = Infinity

  /** `limit` is in milliseconds. */
  constructor(transport: Pick<Transport, "acceptedBytes" | "queuedBytes">, limit: number) {
    this.#transport = transport
    this.#limit = limit
  }

  /** Whether something waits, and nothing was taken for as long as the limit. Asked now and then. */
  stalled(now: number): boolean {
    const { acceptedBytes, queuedBytes } = this.#transport
    if (queuedBytes > 0 && acceptedBytes === this.#acceptedBytes) return now >= this.#deadline
    this.#acceptedBytes = acceptedBytes
    this.#deadline = now + this.#limit
    return false
  }
}
