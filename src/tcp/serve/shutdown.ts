import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { atLeast, checkOptions } from "../../argument/mod.ts"
import type { Connection } from "../connection/connection.ts"
import { reset } from "../connection/teardown.ts"
import { shutdownTaker } from "../known_options.ts"
import type { OpenSockets } from "./open_sockets.ts"
import type { ShutdownOptions, ShutdownReport } from "./shutdown_options.ts"

/** The end of a listener whose connections may still be open. */
export class Shutdown {
  readonly #open: OpenSockets
  readonly #before: number
  readonly #reset = new Set<Connection>()
  readonly #done = Latch.makeUnsafe(false)

  constructor(open: OpenSockets) {
    this.#open = open
    this.#before = open.connections.length
  }

  /** Succeeds once everything has ended, at the earliest deadline at the latest. */
  get done(): Effect.Effect<void> {
    return Effect.raceFirst(this.#done.await, this.#open.untilNone)
  }

  /** Waits until the connections have ended, and resets those that are left after `deadline`. */
  end(deadline: number): Effect.Effect<ShutdownReport> {
    return Effect.gen({ self: this }, function* () {
      yield* Effect.timeoutOption(this.#open.untilNone, Duration.millis(deadline))
      const left = this.#open.connections
      for (const connection of left) {
        this.#reset.add(connection)
        connection.stop(new Error(`The deadline of shutdown() passed: ${deadline} ms`))
      }
      yield* Effect.forEach(left, reset, { concurrency: "unbounded", discard: true })
      yield* this.#done.open
      return { closed: this.#before - this.#reset.size, reset: this.#reset.size }
    })
  }
}

/**
 * The deadline, in milliseconds.
 *
 * @throws {TypeError} for unknown options, and for values out of range.
 */
export function deadlineOf(options: ShutdownOptions): number {
  checkOptions(shutdownTaker, options)
  return atLeast("deadline", options.deadline ?? defaultDeadline, 0)
}

const defaultDeadline = 30_000
