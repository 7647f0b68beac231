import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { connectedFd } from "../simulated_fd.ts"
import { silentHost } from "../silent_host.ts"
import { errno } from "../../src/kernel/port.ts"
import { SendCounters } from "../../src/pieces/counters.ts"
import { Holds } from "../../src/pieces/holds.ts"
import type { Piece } from "../../src/pieces/piece.ts"
import { nothingToRelease } from "../../src/pieces/released.ts"
import { ZerocopyCarrier } from "../../src/zerocopy/carrier.ts"
import { Chooser } from "../../src/zerocopy/chooser.ts"
import { simulate } from "../../src/testing.ts"
import { PieceWatch } from "./piece_watch.ts"
import { anyWorld, size, type World } from "./plan.ts"
import { Producer } from "./producer.ts"

// The part of a connection that knows of ids, alone: more of its calls are near the wrap than those of
// a whole connection, which gathers chunks.
test(
  "ids that wrap during a transfer release what they name",
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.property(
        anyWorld(),
        fc.integer({ min: 0, max: 40 }),
        fc.array(size(100_000), { minLength: 1, maxLength: 80, size: "max" }),
        (world, idsBefore, sizes) => sendAll(world, (2 ** 32 - idsBefore) >>> 0, sizes),
      ),
      { numRuns: 200 },
    ),
)

function sendAll(world: World, firstId: number, sizes: readonly number[]): void {
  const simulation = simulate({
    seed: world.seed,
    limits: { ...world.limits, zerocopy: true, firstId },
  })
  const { stack } = simulation
  const watch = new PieceWatch(stack)
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  Object.assign(simulation.link, world.link)
  Object.assign(simulation.faults, world.faults)

  const holds = new Holds<Piece>((piece) => stack.pieces.release(piece))
  const chooser = new Chooser({ mode: "always", thresholdBytes: 1, local: () => false })
  const counters = new SendCounters()
  const carrier = new ZerocopyCarrier(stack, fd, holds, chooser, counters, silentHost)
  const producer = new Producer(3)
  const reuses = sizes.filter((bytes) => bytes > 0).map((bytes) => {
    const chunk = producer.next(bytes, "whole")
    const memory = stack.kernel.memoryOf(chunk.bytes.buffer as ArrayBuffer)
    const released = { ...nothingToRelease, release: chunk.reuse }
    holds.open(stack.pieces.take(memory, 0, bytes, undefined, released))
    return chunk.reuse
  })
  for (let next = 0; next < holds.next;) {
    const n = carrier.send(next)
    if (n === -errno.EAGAIN) {
      simulation.advance(5)
      carrier.reap()
      assert.ok(simulation.now < 10 ** 6, "room was never found")
      continue
    }
    assert.ok(n > 0)
    while (next < holds.next && holds.owner(next).remaining === 0) holds.seal(next++)
  }
  while (holds.held > 0) {
    simulation.advance(5)
    carrier.reap()
    assert.ok(simulation.now < 10 ** 6, "a notification never came")
  }

  assert.equal(watch.released, reuses.length)
  assert.deepEqual([watch.early, watch.twice], [0, 0])
  assert.deepEqual(simulation.violations, [])
  assert.equal(carrier.ids.unknownIds, 0)
  assert.equal(carrier.ids.notified, carrier.ids.issued)
  simulation.advance(10 ** 6)
  assert.equal(peer.connection.receivedBytes, producer.made)
  assert.equal(producer.firstWrong(peer.connection.received), -1)
}
