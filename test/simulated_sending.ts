import assert from "node:assert/strict"
import type { SendQueue } from "../src/tcp/send/queue.ts"
import type { Simulation } from "../src/testing.ts"

/** Lets time pass, so many milliseconds at a time, until everything was sent and released. */
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
    // What the reactor would tell, and what is done at the end of a turn.
    queue.reap()
    queue.unblock()
    queue.pump()
  }
}
