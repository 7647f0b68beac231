import * as Effect from "effect/Effect"
import type { Connection } from "../connection/connection.ts"
import type { Socket } from "../socket.ts"

/** The open connections of a listener, and its handlers that have not ended. */
export class OpenSockets<S extends Socket = Socket> {
  readonly #sockets = new Map<Connection, Reference<S>>()
  readonly #waiting = new Set<() => void>()
  #handlers = 0

  /** The socket is held as `reference` holds it: one that the program drops is closed, with a warning. */
  add(connection: Connection, reference: Reference<S>): void {
    this.#sockets.set(connection, reference)
    connection.onClosed(() => {
      this.#sockets.delete(connection)
      this.#changed()
    })
  }

  /** A handler begins. Returns a function to call once when it has ended. */
  handle(): () => void {
    this.#handlers++
    return () => {
      this.#handlers--
      this.#changed()
    }
  }

  get connections(): Connection[] {
    return [...this.#sockets.keys()]
  }

  get sockets(): S[] {
    return [...this.#sockets.values()]
      .map((socket) => socket.deref())
      .filter((socket) => socket !== undefined)
  }

  /** Succeeds when no connection is open and no handler is under way. */
  readonly untilNone: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#none) return resume(Effect.void)
    const wake = () => resume(Effect.void)
    this.#waiting.add(wake)
    return Effect.sync(() => void this.#waiting.delete(wake))
  })

  get #none(): boolean {
    return this.#sockets.size === 0 && this.#handlers === 0
  }

  #changed(): void {
    if (!this.#none) return
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

/** A WeakRef, or what holds the socket until its connection is closed. */
interface Reference<S> {
  deref(): S | undefined
}
