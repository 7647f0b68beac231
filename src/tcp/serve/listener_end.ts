import * as Effect from "effect/Effect"
import type { Socket } from "../socket.ts"
import { OpenSockets } from "./open_sockets.ts"
import { deadlineOf, Shutdown } from "./shutdown.ts"
import type { ShutdownOptions, ShutdownReport } from "./shutdown_options.ts"

/** What is open of a listener, and how it all ends. */
export class ListenerEnd<S extends Socket> {
  readonly open = new OpenSockets<S>()
  readonly #stopping = new AbortController()
  #shutdown: Shutdown | undefined

  /** Aborts when the shutdown begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Succeeds when the shutdown has ended; at once if there is none under way. */
  get done(): Effect.Effect<void> {
    return this.#shutdown?.done ?? Effect.void
  }

  /**
   * Calls `close`, which stops listening, and returns what waits for the open sockets.
   *
   * @throws {TypeError} for unknown options, and for values out of range.
   */
  begin(options: ShutdownOptions, close: () => void): Effect.Effect<ShutdownReport> {
    const deadline = deadlineOf(options)
    // Those who accept hear of the close at once, and then ask for the shutdown.
    this.#shutdown ??= new Shutdown(this.open)
    close()
    this.#stopping.abort(new Error("The listener is shutting down"))
    return this.#shutdown.end(deadline)
  }
}
