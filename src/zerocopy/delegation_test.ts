import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../test/simulated_fd.ts"
import { pattern, sha256 } from "../../test/plain_peer.ts"
import { finish } from "../../test/simulated_sending.ts"
import { type Peer, simulate, type Simulation, type SimulationOptions } from "../testing.ts"
import type { Courier, Kernel } from "../kernel/port.ts"
import type { FileBytes } from "../pieces/file_bytes.ts"
import { nothingToRelease } from "../pieces/released.ts"
import { carrierFor } from "../stack/open_carrier.ts"
import { SendQueue } from "../tcp/send/queue.ts"
import { CourierPool } from "../threads/courier_pool.ts"
import { Delegation } from "./delegation.ts"

test("a courier sends bytes that are queued without room, and all of them arrive", () => {
  const { queue, peer, simulation, bytes } = make({ link: { latency: 1 } })
  assert.ok(queue.away)
  finish(simulation, queue)
  simulation.advance(1000)
  assert.equal(queue.acceptedBytes, bytes.byteLength)
  assert.equal(sha256(peer.connection.received), sha256(bytes))
  assert.equal(simulation.stack.couriers.busy, 0)
})

test("what a courier's call did not take in time is sent after it", () => {
  // 256 KiB there and back take 200 ms, which is all the patience of a call.
  const { queue, peer, simulation, bytes } = make({ link: { latency: 100 } })
  assert.ok(queue.away)
  finish(simulation, queue)
  simulation.advance(1000)
  assert.equal(queue.acceptedBytes, bytes.byteLength)
  assert.equal(sha256(peer.connection.received), sha256(bytes))
})

test("an id that is notified before its courier has told of the call is not taken for a foreign one", () => {
  const { queue, simulation } = make({ link: { latency: 0 } })
  let reapedUnder = 0
  // A wake across threads takes 0.02 ms here, and the peer acknowledges at once.
  finish(simulation, queue, 0.01, () => {
    if (queue.away) reapedUnder++
    // As somebody does who is woken meanwhile, to receive, or to close.
    queue.carrier.reap()
  })
  assert.ok(reapedUnder > 0)
  const { unknownIds, notified } = queue.carrier.ids ?? assert.fail()
  assert.equal(unknownIds, 0)
  assert.equal(notified, queue.counters.zerocopySends)
})

test("while a courier sends, nobody else does: bytes keep their order", () => {
  const { queue, peer, simulation, bytes, push } = make({ link: { latency: 1 } })
  finish(simulation, queue, 1, () => {
    if (queue.away && queue.writtenBytes < bytes.byteLength + 5_000_000) push(1_000_000)
    queue.pump()
  })
  simulation.advance(1000)
  const { received } = peer.connection
  assert.equal(received.byteLength, queue.writtenBytes)
  assert.ok(received.byteLength > bytes.byteLength)
  assert.equal(sha256(received), sha256(all.subarray(0, received.byteLength)))
})

test("what a courier's call may pin is taken from the others' part while it lasts", () => {
  const { queue, simulation } = make({ link: { latency: 1 } })
  const { budget } = simulation.stack
  assert.ok(queue.away)
  assert.ok(budget.used >= 8 * MiB, `${budget.used} bytes`)
  finish(simulation, queue)
  assert.equal(budget.used, 0)
})

test("losing a connection while a courier sends leaves nothing pinned", async () => {
  const simulation = simulate({ limits: { ipcLock: true } })
  const { budget } = simulation.stack
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
const callBytes = (queue: SendQueue): number => queue.carrier.queueLimit(0, true) / 2

/** Feeds a courier until its calls have so many bytes, or would never have them. */
function feedUntil({ simulation, queue, push }: Scene, bytes: number): void {
  while (callBytes(queue) !== bytes) {
    assert.ok(simulation.now < 2000, `a call has ${callBytes(queue)} bytes`)
    while (queue.queuedBytes < Math.max(16 * MiB, 2 * callBytes(queue))) push(MiB)
    simulation.advance(1)
    if (queue.away) continue
    queue.carrier.reap()
    queue.unblock()
  }
}

test("calls become longer while they end soon, up to 32 MiB", () => {
  const scene = make({ link: { latency: 1 }, limits: roomy })
  assert.equal(callBytes(scene.queue), 8 * MiB)
  feedUntil(scene, 32 * MiB)
  // Fast enough that a call of any length would end soon.
  scene.simulation.link.latency = 0.25
  const { now } = scene.simulation
  while (scene.simulation.now < now + 200) {
    while (scene.queue.queuedBytes < 64 * MiB) scene.push(MiB)
    scene.simulation.advance(1)
    assert.ok(callBytes(scene.queue) <= 32 * MiB)
    if (scene.queue.away) continue
    scene.queue.carrier.reap()
    scene.queue.unblock()
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

test("longer calls do not queue more memory that exists only for the queue", () => {
  const scene = make({ link: { latency: 1 }, limits: roomy })
  feedUntil(scene, 16 * MiB)
  assert.equal(scene.queue.carrier.queueLimit(0, true), 32 * MiB)
  assert.equal(scene.queue.carrier.queueLimit(0, false), 16 * MiB)
})

test("a courier that sends a file for a slow peer is told to wait no more, and keeps the file open", async () => {
  const { delegation, calls, told, done } = sendsFile()
  await told
  assert.ok(delegation.calling)
  assert.deepEqual(calls, ["keep", "wait", `send ${[5, 7, 10, 20 * MiB]}`, "stop"])
  done(MiB)
  // So little in so much time is worth no other call.
  assert.deepEqual(calls.slice(4), ["let go", `delegated ${[3, MiB, false]}`, "ended"])
})

test("a courier that sends a file is given back when another socket wants it, but not before it was worth its wakes", () => {
  const { couriers, calls, clock, done } = sendsFile()
  const other = () => ({ calling: true, askBack() {}, surrender: () => assert.fail("calling") })
  for (let i = 0; i < 3; i++) assert.ok(couriers.take(other()))
  clock.millis = 199
  assert.equal(couriers.take(other()), undefined)
  assert.equal(calls.at(-1), `send ${[5, 7, 10, 20 * MiB]}`)
  clock.millis = 200
  assert.equal(couriers.take(other()), undefined)
  assert.equal(calls.at(-1), "stop")
  // It goes on without a courier, though it has sent enough to be worth another call.
  done(9 * MiB)
  assert.deepEqual(calls.slice(4), ["let go", `delegated ${[3, 9 * MiB, false]}`, "ended"])
  assert.ok(couriers.take(other()))
})

test("no call may wait on a socket whose courier was taken for another one", () => {
  const { couriers, calls, done } = sendsFile(() => {
    // Bytes were accepted, and whoever hears of it has much to send elsewhere: all four couriers.
    const other = { calling: true, askBack() {}, surrender: () => assert.fail("it is calling") }
    for (let i = 0; i < 4; i++) assert.ok(couriers.take(other))
  })
  done(20 * MiB)
  assert.deepEqual(calls.slice(3), [
    "let go",
    `delegated ${[3, 20 * MiB, true]}`,
    "stop",
    "ended",
  ])
})

/** A delegation whose courier sends 20 MiB of a file, until `done` is called. */
function sendsFile(delegated: () => void = () => {}) {
  const told = Promise.withResolvers<void>()
  const calls: string[] = []
  let done = (_: number): void => assert.fail("no call was made")
  const courier: Partial<Courier> = {
    sendFile: (fd, file, offset, count, end) => {
      calls.push(`send ${[fd, file, offset, count]}`)
      done = end
    },
  }
  const kernel = {
    courier: () => courier,
    vector: () => ({ capacity: 0, set() {}, clear() {} }),
    startWaiting: () => calls.push("wait"),
    stopWaiting: () => (calls.push("stop"), told.resolve(), 0),
  } as unknown as Kernel
  const couriers = new CourierPool(kernel)
  const clock = { millis: 0, currentTimeMillisUnsafe: () => clock.millis }
  const delegation = new Delegation(
    { kernel, couriers, clock },
    5,
    {
      offer: () => assert.fail("nothing is offered of a file"),
      delegated: (...call) => {
        calls.push(`delegated ${call}`)
        delegated()
      },
      relayed: () => assert.fail("nothing is relayed"),
      delegationEnded: () => void calls.push("ended"),
    },
  )
  assert.ok(delegation.reserve())
  const file = { fd: 7, keepOpen: () => (calls.push("keep"), () => void calls.push("let go")) }
  delegation.startFile(3, file as unknown as FileBytes, { offset: 10, remaining: 20 * MiB })
  return { delegation, couriers, calls, clock, told: told.promise, done: (n: number) => done(n) }
}

const roomy = { sendBuffer: 2 * MiB, receiveBuffer: 2 * MiB }

interface Scene {
  readonly simulation: Simulation
  readonly peer: Peer
  readonly queue: SendQueue
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
  const { stack, kernel } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const sending = { mode: "always", thresholdBytes: 1, local: () => false } as const
  const queue = new SendQueue(stack, carrierFor(stack, fd, sending), {
    interestChanged() {},
    sendFailed(number) {
      throw new Error(`The send failed with errno ${number}`)
    },
    sendBroken(cause) {
      throw cause
    },
  })
  const push = (bytes: number) => {
    const from = queue.writtenBytes % (all.byteLength - bytes)
    const { buffer } = all.slice(from, from + bytes)
    const memory = kernel.memoryOf(buffer)
    queue.push(stack.pieces.take(memory, 0, bytes, undefined, nothingToRelease))
  }
  for (let i = 0; i < 10; i++) push(1_000_000)
  return { simulation, peer, queue, bytes: all.subarray(0, queue.writtenBytes), push }
}

const all = pattern(16_000_000)
