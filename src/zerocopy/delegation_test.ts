import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../test/simulated_fd.ts"
import { pattern, sha256 } from "../../test/plain_peer.ts"
import { finish } from "../../test/simulated_sending.ts"
import { type Peer, simulate, type Simulation, type SimulationOptions } from "../testing.ts"
import { nothingToRelease } from "../pieces/piece.ts"
import { carrierFor } from "../stack/open_carrier.ts"
import { Outgoing } from "../tcp/send/queue.ts"

test("a courier sends what is queued without room, and all of it arrives", () => {
  const { outgoing, peer, simulation, bytes } = make({ link: { latency: 1 } })
  assert.ok(outgoing.away)
  finish(simulation, outgoing)
  simulation.advance(1000)
  assert.equal(outgoing.acceptedBytes, bytes.byteLength)
  assert.equal(sha256(peer.connection.received), sha256(bytes))
  assert.equal(simulation.engine.couriers.busy, 0)
})

test("what a courier's call did not take in time is sent after it", () => {
  // 256 KiB there and back take 200 ms, which is all the patience of a call.
  const { outgoing, peer, simulation, bytes } = make({ link: { latency: 100 } })
  assert.ok(outgoing.away)
  finish(simulation, outgoing)
  simulation.advance(1000)
  assert.equal(outgoing.acceptedBytes, bytes.byteLength)
  assert.equal(sha256(peer.connection.received), sha256(bytes))
})

test("an id that is notified before its courier has told of the call is not taken for a foreign one", () => {
  const { outgoing, simulation } = make({ link: { latency: 0 } })
  let reapedUnder = 0
  // A wake across threads takes 0.02 ms here, and the peer acknowledges at once.
  finish(simulation, outgoing, 0.01, () => {
    if (outgoing.away) reapedUnder++
    // As somebody does who is woken meanwhile, to receive, or to close.
    outgoing.reap()
  })
  assert.ok(reapedUnder > 0)
  const { unknownIds, notified } = outgoing.carrier.ids ?? assert.fail()
  assert.equal(unknownIds, 0)
  assert.equal(notified, outgoing.counters.zerocopySends)
})

test("while a courier sends, nobody else does: bytes keep their order", () => {
  const { outgoing, peer, simulation, bytes, push } = make({ link: { latency: 1 } })
  finish(simulation, outgoing, 1, () => {
    if (outgoing.away && outgoing.writtenBytes < bytes.byteLength + 5_000_000) push(1_000_000)
    outgoing.pump()
  })
  simulation.advance(1000)
  const { received } = peer.connection
  assert.equal(received.byteLength, outgoing.writtenBytes)
  assert.ok(received.byteLength > bytes.byteLength)
  assert.equal(sha256(received), sha256(all.subarray(0, received.byteLength)))
})

test("what a courier's call may pin is taken from the others' part while it lasts", () => {
  const { outgoing, simulation } = make({ link: { latency: 1 } })
  const { budget } = simulation.engine
  assert.ok(outgoing.away)
  assert.ok(budget.used >= 8 * MiB, `${budget.used} bytes`)
  finish(simulation, outgoing)
  assert.equal(budget.used, 0)
})

test("a connection that is lost while a courier sends leaves nothing pinned", async () => {
  const simulation = simulate({ limits: { ipcLock: true } })
  const { budget } = simulation.engine
  const peer = simulation.peer({ receiving: false })
  await simulation.run(async () => {
    const { hostname, port } = peer
    const options = { hostname, port, zerocopy: "always", highWaterMark: 20 * MiB } as const
    const socket = await simulation.connect(options)
    const writer = socket.writable.getWriter()
    const writes = Array.from({ length: 12 }, () => writer.write(new Uint8Array(MiB)))
    const outcome = Promise.allSettled([...writes, writer.closed])
    await simulation.sleep(50)
    assert.ok(budget.used >= 8 * MiB, `${budget.used} bytes`)
    peer.connection.reset()
    await simulation.sleep(1000)
    await socket.abort()
    await outcome
    assert.equal(budget.used, 0)
  })
})

const MiB = 1024 * 1024

/** What may be queued for a socket that has a courier is twice what its next call takes. */
const callBytes = (outgoing: Outgoing): number => outgoing.queueLimit(0, true) / 2

/** Feeds a courier until its calls have so many bytes, or would never have them. */
function feedUntil({ simulation, outgoing, push }: Scene, bytes: number): void {
  while (callBytes(outgoing) !== bytes) {
    assert.ok(simulation.now < 2000, `a call has ${callBytes(outgoing)} bytes`)
    while (outgoing.queuedBytes < Math.max(16 * MiB, 2 * callBytes(outgoing))) push(MiB)
    simulation.advance(1)
    if (outgoing.away) continue
    outgoing.reap()
    outgoing.unblock()
  }
}

test("calls become longer while they end soon, up to 32 MiB", () => {
  const scene = make({ link: { latency: 1 }, limits: roomy })
  assert.equal(callBytes(scene.outgoing), 8 * MiB)
  feedUntil(scene, 32 * MiB)
  // Fast enough that a call of any length would end soon.
  scene.simulation.link.latency = 0.25
  const { now } = scene.simulation
  while (scene.simulation.now < now + 200) {
    while (scene.outgoing.queuedBytes < 64 * MiB) scene.push(MiB)
    scene.simulation.advance(1)
    assert.ok(callBytes(scene.outgoing) <= 32 * MiB)
    if (scene.outgoing.away) continue
    scene.outgoing.reap()
    scene.outgoing.unblock()
  }
})

test("calls become shorter again after one that took too long", () => {
  const scene = make({ link: { latency: 1 }, limits: roomy })
  feedUntil(scene, 16 * MiB)
  scene.simulation.link.latency = 30
  // A call that was cut short gives its courier back, for some time.
  feedUntil(scene, 0)
  scene.simulation.link.latency = 1
  feedUntil(scene, 8 * MiB)
})

test("of memory that is queued for the socket alone there is no more for the sake of longer calls", () => {
  const scene = make({ link: { latency: 1 }, limits: roomy })
  feedUntil(scene, 16 * MiB)
  assert.equal(scene.outgoing.queueLimit(0, true), 32 * MiB)
  assert.equal(scene.outgoing.queueLimit(0, false), 16 * MiB)
})

const roomy = { sendBuffer: 2 * MiB, receiveBuffer: 2 * MiB }

interface Scene {
  readonly simulation: Simulation
  readonly peer: Peer
  readonly outgoing: Outgoing
  /** What is queued at first. */
  readonly bytes: Uint8Array
  /** Queues so many more. */
  push(bytes: number): void
}

/** A connection on which so much is queued, and so little has room, that a courier sends for it. */
function make(options: SimulationOptions): Scene {
  const simulation = simulate({
    ...options,
    limits: { ipcLock: true, optmem: 1e9, ...options.limits },
  })
  const { engine, kernel } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const sending = { mode: "always", thresholdBytes: 1, local: false } as const
  const outgoing = new Outgoing(engine, carrierFor(engine, fd, sending), {
    interestChanged() {},
    sendFailed(number) {
      throw new Error(`The send failed with errno ${number}`)
    },
    sendBroken(cause) {
      throw cause
    },
  })
  const push = (bytes: number) => {
    const from = outgoing.writtenBytes % (all.byteLength - bytes)
    const { buffer } = all.slice(from, from + bytes)
    const memory = kernel.memoryOf(buffer)
    outgoing.push(engine.pieces.take(memory, 0, bytes, undefined, nothingToRelease))
  }
  for (let i = 0; i < 10; i++) push(1_000_000)
  return { simulation, peer, outgoing, bytes: all.subarray(0, outgoing.writtenBytes), push }
}

const all = pattern(16_000_000)
