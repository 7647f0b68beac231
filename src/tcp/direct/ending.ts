import * as Effect from "effect/Effect"
import type { Connection } from "../connection/connection.ts"
import { finishWritingAfterPipe } from "../connection/finish.ts"
import { closeNow } from "../connection/teardown.ts"

/** Ends the sending side of a socket with handlers, and closes it when both sides have ended. */
export class Ending {
  readonly #connection: Connection
  readonly #close: () => Promise<unknown>
  #begun = false
  /** Whether the program closes, because a stream receives. */
  manual = false

  /** `close` closes gracefully. */
  constructor(connection: Connection, close: () => Promise<unknown>) {
    this.#connection = connection
    this.#close = close
  }

  /** Sends what is queued, and then a FIN. */
  begin(): void {
    const connection = this.#connection
    if (this.#begun || connection.writingEnded || connection.state !== "open") return
    this.#begun = true
    if (!connection.mayQueue) return this.#waitInLine()
    const { queue } = connection
    connection.calls.end()
    connection.sendNow()
    connection.endWriting()
    if (queue.failed) return
    if (queue.queuedBytes > 0) return queue.whenAccepted(queue.writtenBytes, this.#sendFin)
    this.#sendFin()
  }

  /** Closes, if both sides have ended. */
  check(): void {
    const connection = this.#connection
    const ended = connection.receiver.ended && connection.writingEnded
    if (!ended || this.manual || connection.state !== "open" || closeNow(connection)) return
    // The report of a loss goes to the handlers.
    this.#close().catch(() => {})
  }

  #waitInLine(): void {
    const finish = Effect.ignore(finishWritingAfterPipe(this.#connection))
    const check = Effect.sync(() => this.check())
    Effect.runForkWith(this.#connection.stack.services)(Effect.andThen(finish, check))
  }

  readonly #sendFin = (): void => {
    this.#connection.shutdownWrite()
    this.check()
  }
}
