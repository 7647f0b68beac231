import assert from "node:assert/strict"
import type { SendQueue } from "../src/tcp/send/queue.ts"
import type { Simulation } from "../src/testing.ts"

/** Advances time in steps of so many milliseconds until everything is sent and released. */
export function finish(
  simulation: Simulation,
  queue: SendQueue,
  millis = 1,
  step: () => void = () => {},
): void {
  while (queue.queuedBytes + queue.held > 0) {
    assert.ok(simulation.now < 100_000, "it never comes to an end")
    simulation.advance(millis)
    step()
    if (queue.away) continue
    // Does the reactor's work, and the work at the end of a turn.
    queue.carrier.reap()
    queue.unblock()
    queue.pump()
  }
}
