import assert from "node:assert/strict"
import type { Outgoing } from "../src/tcp/send/queue.ts"
import type { Simulation } from "../src/testing.ts"

/** Lets time pass, so many milliseconds at a time, until everything was sent and released. */
export function finish(
  simulation: Simulation,
  outgoing: Outgoing,
  millis = 1,
  step: () => void = () => {},
): void {
  while (outgoing.queuedBytes + outgoing.held > 0) {
    assert.ok(simulation.now < 100_000, "it never comes to an end")
    simulation.advance(millis)
    step()
    if (outgoing.away) continue
    // What the reactor would tell, and what is done at the end of a turn.
    outgoing.reap()
    outgoing.unblock()
    outgoing.pump()
  }
}
