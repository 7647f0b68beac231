import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../test/simulated_fd.ts"
import { simulate } from "../testing.ts"
import { Chooser } from "../threshold.ts"
import { Intake } from "./intake.ts"
import { Outgoing } from "./outgoing.ts"

test("who waits goes on when half of what may be queued was accepted, though a last chunk stands over", () => {
  const { intake, outgoing } = make()
  let mark = 0
  while (mark === 0) mark = intake.write(new Uint8Array(300_000))
  assert.ok(outgoing.queuedBytes > queueBytes)
  assert.equal(mark, outgoing.acceptedBytes + queueBytes / 2)
})

test("who waits behind a chunk that is larger than the queue goes on when the rest of it fits", () => {
  const { intake, outgoing } = make()
  const mark = intake.write(new Uint8Array(10 * queueBytes))
  assert.equal(mark, outgoing.writtenBytes - queueBytes)
})

test("who writes nothing waits for nothing", () => {
  const { intake } = make()
  intake.write(new Uint8Array(10 * queueBytes))
  assert.equal(intake.write(new Uint8Array(0)), 0)
})

const queueBytes = 1_000_000

/** A connection on which nothing moves, for its time stands still. */
function make(): { readonly intake: Intake; readonly outgoing: Outgoing } {
  const simulation = simulate({ limits: { sendBuffer: 100_000 } })
  const { engine } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const chooser = new Chooser({ mode: "always", thresholdBytes: 1, supported: true, local: false })
  const outgoing = new Outgoing(engine, fd, chooser, {
    interestChanged() {},
    sendFailed(number) {
      throw new Error(`The send failed with errno ${number}`)
    },
    sendBroken(cause) {
      throw cause
    },
  })
  const options = { ownership: "auto", gatherBytes: 1, queueBytes } as const
  return { intake: new Intake(engine, outgoing, options, () => undefined), outgoing }
}
