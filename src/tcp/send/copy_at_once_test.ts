import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { joined, pattern, sha256 } from "../../../test/plain_peer.ts"
import { finish } from "../../../test/simulated_sending.ts"
import { PlainCarrier } from "../../pieces/plain_carrier.ts"
import { simulate, type Simulation } from "../../testing.ts"
import type { Ownership } from "./ownership.ts"
import { Packer } from "./packer.ts"
import { SendQueue } from "./queue.ts"

for (const ownership of ["auto", "transfer"] as const) {
  test(`where bytes are copied, a large chunk is in the kernel when write returns, and taken (ownership: "${ownership}")`, () => {
    const { packer, queue, received } = make(ownership)
    const chunk = pattern(100_000)
    assert.equal(packer.write(chunk), 0)
    assert.equal(queue.acceptedBytes, 100_000)
    assert.equal(queue.held, 0)
    assert.equal(chunk.buffer.detached, true)
    assert.equal(sha256(received()), sha256(pattern(100_000)))
  })
}

test("what the kernel has no room for of such a chunk follows once, and the chunk is taken all the same", () => {
  const { packer, queue, received } = make("auto")
  const chunks = [pattern(sendBuffer * 2, 1), pattern(90_000, 2), pattern(70_000, 3)]
  const all = joined(chunks.map((chunk) => chunk.slice()))
  for (const chunk of chunks) {
    packer.write(chunk)
    assert.equal(chunk.buffer.detached, true)
  }
  assert.ok(queue.acceptedBytes > 0 && queue.queuedBytes > 0)
  assert.equal(sha256(received()), sha256(all))
})

test("a large chunk follows what was gathered before it", () => {
  const { packer, received } = make("auto", 16_384)
  const chunks = [pattern(5000, 1), pattern(100_000, 2), pattern(3000, 3), pattern(80_000, 4)]
  const all = joined(chunks.map((chunk) => chunk.slice()))
  for (const chunk of chunks) packer.write(chunk)
  packer.flush()
  assert.equal(sha256(received()), sha256(all))
})

test("memory that cannot be taken stays with its producer, and is copied before write returns or waits", () => {
  const { packer, queue, simulation, received } = make("transfer")
  const buffer = new WebAssembly.Memory({ initial: 4, maximum: 4 }).buffer as ArrayBuffer
  const chunk = new Uint8Array(buffer)
  chunk.set(pattern(chunk.byteLength))
  const mark = packer.write(chunk)
  assert.equal(buffer.detached, false)
  assert.equal(mark, chunk.byteLength)
  finish(simulation, queue)
  assert.equal(packer.write(new Uint8Array(buffer, 0, 70_000)), 0)
  chunk.fill(0)
  const sent = pattern(chunk.byteLength)
  assert.equal(sha256(received()), sha256(joined([sent, sent.subarray(0, 70_000)])))
})

const sendBuffer = 120_000

interface Scene {
  readonly packer: Packer
  readonly queue: SendQueue
  readonly simulation: Simulation
  received(): Uint8Array
}

/** A connection whose bytes are all copied. */
function make(ownership: Ownership, gatherBytes = 1): Scene {
  const simulation = simulate({ limits: { sendBuffer }, link: { latency: 0.1 } })
  const { stack } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const queue = new SendQueue(
    stack,
    (holds, counters, host) => new PlainCarrier(stack, fd, holds, counters, host, "local"),
    {
      interestChanged() {},
      sendFailed(number) {
        throw new Error(`The send failed with errno ${number}`)
      },
      sendBroken(cause) {
        throw cause
      },
    },
  )
  const packer = new Packer(stack, queue, { ownership, hugePages: false }, gatherBytes)
  const received = () => {
    finish(simulation, queue)
    // What is accepted is still on its way.
    simulation.advance(10_000)
    return peer.connection.received
  }
  return { packer, queue, simulation, received }
}
