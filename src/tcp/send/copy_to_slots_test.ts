import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { joined, pattern, sha256 } from "../../../test/plain_peer.ts"
import { finish } from "../../../test/simulated_sending.ts"
import { carrierFor } from "../../stack/open_carrier.ts"
import { type Peer, simulate, type Simulation } from "../../testing.ts"
import { Packer } from "./packer.ts"
import { SendQueue } from "./queue.ts"

test("chunks that a pipe brings share slots, and their memory is free at once", () => {
  const { packer, queue, simulation, received } = make()
  const chunks = Array.from({ length: 8 }, (_, i) => pattern(slotBytes / 4, i))
  const all = joined(chunks)
  for (const chunk of chunks) {
    packer.write(chunk)
    assert.equal(chunk.buffer.detached, true)
  }
  assert.equal(queue.writtenPieces, 2)
  assert.equal(simulation.stack.slab.leased, 2)
  assert.equal(sha256(received()), sha256(all))
  assert.equal(queue.counters.pinnedBytes, all.byteLength)
  assert.equal(queue.counters.staged, all.byteLength)
})

test("what is sent from where it lies was not copied to slots", () => {
  const { packer, queue, received } = make()
  packer.write(pattern(300_000), "borrow")
  assert.equal(received().byteLength, 300_000)
  assert.equal(queue.counters.pinnedBytes, 300_000)
  assert.equal(queue.counters.staged, 0)
})

test("chunks of any size share slots, and arrive whole and in order", () => {
  const { packer, received } = make()
  const sizes = [20_000, 65_536, 3, 200_001, 16_384, 1_048_576, 1_048_577, 17, 100_000]
  const chunks = sizes.map((size, i) => pattern(size, i))
  const all = joined(chunks)
  for (const chunk of chunks) packer.write(chunk)
  packer.flush()
  assert.equal(sha256(received()), sha256(all))
})

test("a view of part of a buffer is copied before write returns, and stays its producer's", () => {
  const { packer, received } = make()
  const buffer = pattern(300_000)
  for (let from = 0; from < buffer.byteLength; from += 50_000) {
    const part = buffer.subarray(from, from + 50_000)
    assert.equal(packer.write(part), 0)
    assert.equal(part.byteLength, 50_000)
    part.fill(0)
  }
  packer.flush()
  assert.equal(sha256(received()), sha256(pattern(300_000)))
})

for (const ownership of ["auto", "copy"] as const) {
  test(`what a release sets off never comes between the bytes of a chunk (${ownership})`, async () => {
    const { packer, queue, simulation, received } = make({ sendBuffer: 1e9 })
    const mark = new TextEncoder().encode("a message of its own")
    const sizes = new Array(8).fill(900_000)
    packer.write(pattern(20_000, 9))
    packer.flush()
    queue.pump()
    const written = Effect.runPromise(
      Effect.andThen(
        queue.untilReleasedTo(queue.writtenPieces),
        Effect.sync(() => packer.write(mark, "copy")),
      ),
    )
    for (const [i, size] of sizes.entries()) {
      packer.write(pattern(size, i), ownership)
      simulation.advance(100)
    }
    packer.flush()
    const bytes = Buffer.from(received())
    await written
    const at = bytes.indexOf(mark)
    assert.ok(at > 0)
    assert.equal((at - 20_000) % 900_000, 0)
    const others = joined([bytes.subarray(0, at), bytes.subarray(at + mark.byteLength)])
    const all = joined([pattern(20_000, 9), ...sizes.map((size, i) => pattern(size, i))])
    assert.equal(sha256(others), sha256(all))
  })
}

test("what no slot is left for of a large chunk is copied, and its memory is free at once", () => {
  for (const ownership of ["auto", "transfer", "copy"] as const) {
    const { packer, simulation, received } = make()
    const { slab } = simulation.stack
    const slots = [slab.leaseNow(), slab.leaseNow()]
    slab.leaseNow = () => slots.pop()
    const chunk = pattern(1_000_000)
    assert.equal(packer.write(chunk, ownership), 0)
    assert.equal(slots.length, 0)
    if (ownership === "copy") chunk.fill(0)
    else assert.equal(chunk.buffer.detached, true)
    assert.equal(sha256(received()), sha256(pattern(1_000_000)), ownership)
  }
})

test("large chunks leave half of the slots to small ones", () => {
  const { packer, queue, simulation, received } = make()
  const { slab } = simulation.stack
  const others = []
  while (slab.leased < slab.capacity / 2 - 1) others.push(slab.leaseNow() ?? assert.fail())
  const all = joined([pattern(300_000, 1), pattern(100, 2)])
  const { leased } = slab
  packer.write(pattern(300_000, 1))
  assert.equal(slab.leased, leased)
  assert.equal(queue.writtenPieces, 1)
  packer.write(pattern(100, 2))
  assert.equal(slab.leased, leased + 1)
  packer.flush()
  assert.equal(sha256(received()), sha256(all))
})

test("slots that are lost to quarantine do not count for that half", () => {
  const { packer, simulation, received } = make()
  const { slab } = simulation.stack
  while (slab.quarantined < slab.capacity * 3 / 4) {
    const lost = slab.leaseNow() ?? assert.fail()
    lost.take()
    lost.orphan()
    lost.quarantine()
  }
  while (slab.leased < slab.capacity / 8 - 1) slab.leaseNow()
  const { leased } = slab
  packer.write(pattern(300_000))
  assert.equal(slab.leased, leased)
  assert.equal(sha256(received()), sha256(pattern(300_000)))
})

test("if every slot is in use, a small chunk from a pipe stays its producer's all the same", () => {
  const { packer, simulation, received } = make()
  while (simulation.stack.slab.leaseNow() !== undefined);
  const chunk = pattern(1000)
  const mark = packer.write(chunk)
  assert.equal(chunk.byteLength, 1000)
  assert.equal(mark, 0)
  assert.equal(sha256(received()), sha256(pattern(1000)))
})

const slotBytes = 64 * 1024

interface Scene {
  readonly packer: Packer
  readonly queue: SendQueue
  readonly peer: Peer
  readonly simulation: Simulation
  received(): Uint8Array
}

/** A connection that sends zero-copy. */
function make(given: { readonly sendBuffer?: number } = {}): Scene {
  const limits = { ipcLock: true, optmem: 1e9, ...given }
  const simulation = simulate({ limits, link: { latency: 0.1 } })
  const { stack } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const carrier = carrierFor(stack, fd, {
    mode: "always",
    thresholdBytes: 16_384,
    local: () => false,
  })
  const fail = (cause: unknown) => {
    throw cause
  }
  const host = { interestChanged() {}, sendFailed: fail, sendBroken: fail }
  const queue = new SendQueue(stack, carrier, host)
  const options = { ownership: "auto", hugePages: false } as const
  const packer = new Packer(stack, queue, options, 16_384)
  const received = () => {
    queue.pump()
    finish(simulation, queue)
    // What is accepted is still on its way.
    simulation.advance(10_000)
    return peer.connection.received
  }
  return { packer, queue, peer, simulation, received }
}
