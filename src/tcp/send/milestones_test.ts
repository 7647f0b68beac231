import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { nothingToRelease, PlainCarrier } from "../../pieces/mod.ts"
import { simulate } from "../../testing.ts"
import { SendQueue } from "./queue.ts"

test("whoever asks first when it is over learns what was accepted and released", async () => {
  const queue = make()
  assert.equal(await outcome(queue.untilAccepted(1000)), "reached")
  assert.equal(await outcome(queue.untilReleasedTo(1)), "reached")
})

test("whoever asks first after a failure is told of it, but not of what was reached before", async () => {
  const queue = make()
  queue.fail(failure)
  assert.equal(await outcome(queue.untilAccepted(1001)), failure)
  assert.equal(await outcome(queue.untilAccepted(1000)), "reached")
})

for (const asked of ["before", "after"] as const) {
  test(`a failure leaves memory in flight to its release, asked ${asked} it`, async () => {
    const queue = make()
    if (asked === "before") assert.equal(await outcome(queue.untilReleasedTo(2)), "waits")
    queue.fail(failure)
    assert.equal(await outcome(queue.untilReleasedTo(2)), "waits")
    queue.quarantineAll()
    assert.equal(await outcome(queue.untilReleasedTo(2)), failure)
    assert.equal(await outcome(queue.untilReleasedTo(1)), "reached")
  })
}

test("whoever asks first after a quarantine is told that nothing more will be released", async () => {
  for (const other of [undefined, "accepted"]) {
    const queue = make()
    queue.fail(failure)
    // What all waits share may be there before or not.
    if (other !== undefined) await outcome(queue.untilAccepted(1))
    queue.quarantineAll()
    assert.equal(await outcome(queue.untilReleasedTo(2)), failure)
  }
})

const failure = new ZerowireError(new SocketClosed("send"))

/** A queue of which 1000 bytes, one piece, were accepted and released before anybody asked. */
function make(): SendQueue {
  const simulation = simulate({})
  const { stack, kernel } = simulation
  const fd = connectedFd(simulation, simulation.peer())
  const fail = (cause: unknown) => {
    throw cause
  }
  const queue = new SendQueue(
    stack,
    (holds, counters, host) => new PlainCarrier(stack, fd, holds, counters, host, "disabled"),
    { interestChanged() {}, sendFailed: fail, sendBroken: fail },
  )
  const memory = kernel.memoryOf(new ArrayBuffer(1000))
  queue.push(stack.pieces.take(memory, 0, 1000, undefined, nothingToRelease))
  queue.pump()
  assert.deepEqual([queue.acceptedBytes, queue.held], [1000, 0])
  return queue
}

/** What has become of a wait: its error, or whether it has ended. */
async function outcome(wait: Effect.Effect<void, ZerowireError>): Promise<unknown> {
  const leaving = new AbortController()
  const ended = Effect.runPromise(wait, { signal: leaving.signal }).then(
    () => "reached",
    (error) => error,
  )
  const later = (async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise<void>((then) => setImmediate(then))
    return "waits"
  })()
  const first = await Promise.race([ended, later])
  leaving.abort()
  return first
}
