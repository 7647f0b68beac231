import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { pattern, sha256 } from "../../../test/plain_peer.ts"
import { finish } from "../../../test/simulated_sending.ts"
import type { Mapping, Memory } from "../../kernel/port.ts"
import type { Holds } from "../../pieces/holds.ts"
import type { Piece } from "../../pieces/piece.ts"
import { carrierFor } from "../../stack/open_carrier.ts"
import type { Ownership } from "./ownership.ts"
import { Packer } from "./packer.ts"
import { SendQueue } from "./queue.ts"
import { type Peer, simulate, type Simulation } from "../../testing.ts"

const ownerships = ["auto", "transfer", "borrow", "copy"] as const

for (const ownership of ownerships) {
  test(`in a Worker nothing but mapped memory is pinned (ownership: "${ownership}")`, () => {
    const scene = make({ ownership })
    const { packer } = scene
    const all = pattern(1_000_000)
    packer.write(all.slice())
    packer.write(all.subarray(500_000, 900_000))
    assert.ok(pinnable(scene).length > 0)
    for (const memory of pinnable(scene)) assert.ok(scene.mapped.has(memory))
    arrives(scene, [pattern(1_000_000), pattern(1_000_000).subarray(500_000, 900_000)])
  })
}

for (const ownership of ["auto", "transfer"] as const) {
  test(`in a Worker too, a chunk is taken from its producer (ownership: "${ownership}")`, () => {
    const { packer } = make({ ownership })
    const chunk = pattern(100_000)
    packer.write(chunk)
    assert.equal(chunk.byteLength, 0)
  })
}

test("in a Worker, a buffer that was read to is copied, and can be read to again at once", () => {
  const scene = make({})
  const { packer, simulation } = scene
  let back = 0
  const released = { release: () => back++, orphan() {}, quarantine() {} }
  const memory = simulation.kernel.memoryOf(pattern(200_000).buffer)
  packer.writeMemory(memory, 150_000, released)
  assert.equal(back, 1)
  for (const memory of pinnable(scene)) assert.ok(scene.mapped.has(memory))
  new Uint8Array(memory.buffer).fill(0)
  arrives(scene, [pattern(200_000).subarray(0, 150_000)])
})

test("in a Worker small chunks share a slot, even borrowed ones", () => {
  const scene = make({ ownership: "borrow", gatherBytes: 16_384 })
  const all = pattern(40_000)
  for (let at = 0; at < all.byteLength; at += 1000) {
    scene.packer.write(all.subarray(at, at + 1000))
  }
  assert.equal(scene.simulation.stack.slab.leased, 1)
  scene.packer.flush()
  arrives(scene, [all])
})

test("in a Worker without a free slot, a chunk is copied with its reason", () => {
  const scene = make({ ownership: "transfer" })
  const { packer, queue, simulation } = scene
  while (simulation.stack.slab.leaseNow() !== undefined);
  packer.write(pattern(100_000))
  assert.deepEqual(pinnable(scene), [])
  arrives(scene, [pattern(100_000)])
  assert.equal(queue.counters.isolate, 100_000)
})

test("where mapped memory is memory of the heap, a Worker pins nothing, not even a lease", () => {
  const scene = make({ ownership: "transfer", mapsOutsideHeap: false })
  const { packer, queue, simulation } = scene
  packer.write(pattern(100_000))
  const lease = simulation.stack.slab.leaseNow()
  assert.ok(lease)
  lease.bytes.set(pattern(50_000, 2))
  packer.writeLease(lease, lease.take(), 50_000)
  assert.deepEqual(pinnable(scene), [])
  arrives(scene, [pattern(100_000), pattern(50_000, 2)])
  assert.equal(queue.counters.isolate, 150_000)
})

test("pinHeap pins the heap in a Worker", () => {
  const scene = make({ ownership: "transfer", pinHeap: true })
  const { packer, mapped } = scene
  packer.write(pattern(2_000_000))
  const [memory, ...others] = pinnable(scene)
  assert.equal(others.length, 0)
  assert.ok(!mapped.has(memory))
})

interface Scene {
  readonly packer: Packer
  readonly queue: SendQueue
  readonly holds: Holds<Piece>
  readonly peer: Peer
  readonly simulation: Simulation
  /** Memory of the slots. */
  readonly mapped: ReadonlySet<Memory>
}

interface Given {
  readonly ownership?: Ownership
  readonly mapsOutsideHeap?: boolean
  readonly pinHeap?: boolean
  readonly gatherBytes?: number
}

/** A connection in an isolate that ends with its thread. */
function make(given: Given): Scene {
  const { ownership = "auto", mapsOutsideHeap = true, pinHeap = false, gatherBytes = 1 } = given
  const limits = { sendBuffer: 100_000, ipcLock: true, optmem: 1e9 }
  const simulation = simulate({ limits, link: { latency: 0.1 } })
  const { stack, kernel } = simulation
  Object.assign(kernel, { mapsOutsideHeap })
  Object.assign(stack, { mayPinHeap: false })
  const mapped = new Set<Memory>()
  const { map } = kernel
  kernel.map = (...given) => {
    const mapping = map.apply(kernel, given) as Mapping
    for (const slot of mapping.slots) mapped.add(slot)
    return mapping
  }
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const carrier = carrierFor(stack, fd, { mode: "always", thresholdBytes: 1, local: () => false })
  let held: Holds<Piece> | undefined
  const fail = (cause: unknown) => {
    throw cause
  }
  const host = { interestChanged() {}, sendFailed: fail, sendBroken: fail }
  const queue = new SendQueue(stack, (holds, ...rest) => carrier(held = holds, ...rest), host)
  const options = { ownership, queueBytes: 1e9, hugePages: true, pinHeap }
  const packer = new Packer(stack, queue, options, gatherBytes)
  return { packer, queue, holds: held ?? assert.fail(), peer, simulation, mapped }
}

/** The memory that is queued or in flight and may be pinned. */
function pinnable({ holds }: Scene): Memory[] {
  const found: Memory[] = []
  holds.forEachHeld(({ copyOnly, memory }) => copyOnly === undefined && found.push(memory))
  return found
}

function arrives({ queue, peer, simulation }: Scene, parts: readonly Uint8Array[]): void {
  queue.pump()
  finish(simulation, queue)
  // Nobody waits for copied bytes.
  simulation.advance(1000)
  const all = new Uint8Array(parts.flatMap((part) => [...part]))
  assert.equal(sha256(peer.connection.received), sha256(all))
}
