import assert from "node:assert/strict"
import { test } from "node:test"
import {
  errno,
  type InetAddress,
  type Kernel,
  NotificationBatch,
  ready,
  sendFlags,
} from "../../kernel/port.ts"
import type { Simulation } from "../simulation.ts"
import { simulate } from "../../testing.ts"

test("each call with MSG_ZEROCOPY that accepts bytes gets the next id, and no other call does", () => {
  const { kernel, client, simulation } = pair()
  assert.equal(send(kernel, client, 0), 0)
  assert.equal(send(kernel, client, 10), 10)
  assert.equal(send(kernel, client, 10, 0), 10)
  assert.equal(send(kernel, client, 10), 10)
  simulation.advance(100)
  assert.deepEqual(ranges(kernel, client), [[0, 1, false]])
})

test("without SO_ZEROCOPY the flag silently copies", () => {
  const { kernel, client, simulation } = pair()
  kernel.setOption(client, "SO_ZEROCOPY", 0)
  const bytes = new Uint8Array(100)
  assert.equal(send(kernel, client, bytes), 100)
  bytes.fill(1)
  simulation.advance(100)
  assert.deepEqual(ranges(kernel, client), [])
  simulation.checkMemory()
})

test("missing memory is EFAULT, and the packet that would have contained it is not sent", () => {
  for (const [flags, good, accepted] of [[1, 4096, 0], [0, 4096, 0], [1, 40_000, 32_768]]) {
    const { kernel, client, server, simulation } = pair()
    const [first, second] = [good, 5000].map((length) => kernel.memoryOf(new ArrayBuffer(length)))
    const vector = kernel.vector(2)
    vector.set(0, first, 0, good)
    vector.set(1, second, 0, 5000)
    second.buffer.transfer()
    assert.equal(kernel.send(client, vector, 2, flags), accepted > 0 ? accepted : -errno.EFAULT)
    assert.equal(send(kernel, client, 10), 10)
    simulation.advance(100)
    assert.equal(received(kernel, server, 100_000).byteLength, accepted + 10)
    assert.deepEqual(ranges(kernel, client), [[0, accepted > 0 ? 1 : 0, false]])
  }
})

test("ids wrap after 0xFFFFFFFF, and so does a range of them", () => {
  const { kernel, client, simulation } = pair({ limits: { firstId: 0xffff_fffe } })
  for (let i = 0; i < 4; i++) send(kernel, client, 10)
  simulation.advance(100)
  assert.deepEqual(ranges(kernel, client), [[0xffff_fffe, 1, false]])
})

test("unread records merge, and the code is that of the first id", () => {
  const { kernel, client, simulation } = pair()
  for (const copied of [false, true, false]) {
    simulation.link.copied = copied
    send(kernel, client, 10)
    simulation.advance(100)
  }
  assert.deepEqual(ranges(kernel, client), [[0, 2, false]])
})

test("records that are read at once do not merge, and each has its own code", () => {
  const { kernel, client, simulation } = pair()
  const seen = [false, true, false].map((copied) => {
    simulation.link.copied = copied
    send(kernel, client, 10)
    simulation.advance(100)
    return ranges(kernel, client)
  })
  assert.deepEqual(seen, [[[0, 0, false]], [[1, 1, true]], [[2, 2, false]]])
})

test("a foreign record is read, and not mistaken for the end of the queue", () => {
  const { kernel, client, simulation } = pair({ faults: { foreignRecord: 1 } })
  send(kernel, client, 10)
  simulation.advance(100)
  const batch = new NotificationBatch(16)
  assert.equal(kernel.readErrors(client, batch), 2)
  assert.deepEqual([batch.count, batch.foreign], [1, 1])
  assert.equal(kernel.readErrors(client, batch), -errno.EAGAIN)
})

test("each call locks its pages and two more, until it completes", () => {
  const { kernel, client, simulation } = pair({ limits: { memlock: 64 * 1024 } })
  assert.equal(send(kernel, client, 64 * 1024), -errno.ENOBUFS)
  assert.equal(send(kernel, client, 14 * 4096), 14 * 4096)
  assert.equal(simulation.stats().lockedPages, 16)
  assert.equal(send(kernel, client, 1), -errno.ENOBUFS)
  simulation.advance(100)
  assert.equal(send(kernel, client, 1), 1)
})

test("the limit of locked memory is one for all sockets, and CAP_IPC_LOCK waives it", () => {
  const { kernel, client, server, simulation } = pair({ limits: { memlock: 64 * 1024 } })
  assert.equal(send(kernel, client, 50_000), 50_000)
  assert.equal(send(kernel, server, 50_000), -errno.ENOBUFS)
  simulation.limits.ipcLock = true
  assert.equal(send(kernel, server, 50_000), 50_000)
  simulation.advance(100)
  assert.equal(simulation.stats().lockedPages, 0)
})

test("a call is charged completely, however many bytes are accepted", () => {
  const { kernel, client, simulation } = pair({ limits: { sendBuffer: 10_000 } })
  assert.equal(send(kernel, client, 1_000_000), 10_000)
  assert.equal(simulation.stats().lockedPages, Math.floor(1_000_000 / 4096) + 2)
})

test("option memory runs out after a number of notifications, and is free when they are read", () => {
  const limits = { optmem: 20 * 1024, memlock: 1e9 }
  const { kernel, client, simulation } = pair({ limits })
  let sends = 0
  while (send(kernel, client, 10) > 0) sends++
  assert.equal(sends, 24)
  simulation.advance(100)
  // They have merged into one record, and only that takes up room.
  assert.equal(simulation.stats().optmemBytes, 832)
  assert.deepEqual(ranges(kernel, client), [[0, 23, false]])
  assert.equal(simulation.stats().optmemBytes, 0)
})

test("the last notification may exceed the option memory", () => {
  // As many as Linux 6.18 allows.
  for (const [optmem, most] of [[575, 0], [576, 1], [4096, 5], [65_536, 79]]) {
    const { kernel, client } = pair({ limits: { optmem, memlock: 1e9 } })
    let sends = 0
    while (send(kernel, client, 10) > 0) sends++
    assert.equal(sends, most)
  }
})

test("calls share a notification while their bytes cannot leave, up to 512 KiB", () => {
  const limits = { receiveBuffer: 1000, sendBuffer: 4e6, memlock: 1e9 }
  const { kernel, client, simulation } = pair({ limits })
  send(kernel, client, 1000, 0)
  for (let i = 0; i < 16; i++) assert.equal(send(kernel, client, 64 * 1024), 64 * 1024)
  assert.equal(simulation.stats().optmemBytes, 2 * 832)
})

test("without room a call is EAGAIN and takes no id, and the socket is writable again when a third is free", () => {
  const { kernel, client, server, simulation } = pair({
    limits: { sendBuffer: 30_000, receiveBuffer: 30_000 },
  })
  const found = readiness(kernel, client)
  found()
  assert.equal(send(kernel, client, 40_000), 30_000)
  assert.equal(send(kernel, client, 40_000), -errno.EAGAIN)
  simulation.advance(1000)
  assert.equal(found() & (ready.writable | ready.error), ready.writable | ready.error)
  assert.equal(send(kernel, client, 40_000), 30_000)
  assert.equal(received(kernel, server, 100_000).byteLength, 30_000)
  simulation.advance(1000)
  assert.deepEqual(ranges(kernel, client), [[0, 1, false]])
})

test("an event is reported once, and again when there is a new record", () => {
  const { kernel, client, simulation } = pair()
  const found = readiness(kernel, client)
  assert.equal(found(), ready.writable)
  assert.equal(found(), 0)
  for (let i = 0; i < 2; i++) {
    send(kernel, client, 10)
    simulation.advance(100)
    assert.equal(found(), ready.writable | ready.error)
    assert.equal(found(), 0)
  }
})

test("a reset completes every id with the descriptor open, and tells the peer", () => {
  const { kernel, client, server, simulation } = pair()
  simulation.link.blackhole = true
  for (let i = 0; i < 5; i++) send(kernel, client, 10_000)
  simulation.advance(150)
  assert.deepEqual(ranges(kernel, client), [])
  simulation.link.blackhole = false
  assert.equal(kernel.disconnect(client), 0)
  assert.deepEqual(ranges(kernel, client), [[0, 4, false]])
  assert.equal(kernel.peerAddress(client), undefined)
  simulation.advance(10)
  assert.equal(kernel.getOption(server, "SO_ERROR"), errno.ECONNRESET)
  assert.equal(send(kernel, server, 10), -errno.EPIPE)
})

test("after close no notification comes, and the memory is read until it is acknowledged", () => {
  const { kernel, client, server, simulation } = pair()
  const bytes = new Uint8Array(10_000)
  send(kernel, client, bytes)
  kernel.close(client)
  bytes.fill(66)
  simulation.advance(100)
  assert.deepEqual(received(kernel, server, 20_000), new Uint8Array(10_000).fill(66))
  assert.equal(receive(kernel, server, 1), 0)
  assert.equal(simulation.stats().untoldIds, 1)
  assert.equal(simulation.violations.length, 1)
})

test("lost memory is read again, under whatever ArrayBuffer it has by then", () => {
  const { kernel, client, server, simulation } = pair()
  const memory = kernel.memoryOf(new Uint8Array(10_000).buffer)
  const vector = kernel.vector(1)
  vector.set(0, memory, 0, 10_000)
  simulation.link.loss = 1
  kernel.send(client, vector, 1, sendFlags.zerocopy)
  simulation.link.loss = 0
  new Uint8Array(kernel.rebind(memory).buffer).fill(66)
  simulation.advance(1000)
  assert.deepEqual(received(kernel, server, 20_000), new Uint8Array(10_000).fill(66))
})

test("a FIN follows the bytes, and the other direction goes on", () => {
  const { kernel, client, server, simulation } = pair()
  send(kernel, client, 100_000)
  assert.equal(kernel.shutdownWrite(client), 0)
  assert.equal(send(kernel, client, 1), -errno.EPIPE)
  simulation.advance(100)
  assert.equal(received(kernel, server, 200_000).byteLength, 100_000)
  assert.equal(receive(kernel, server, 1), 0)
  assert.equal(send(kernel, server, 10), 10)
  simulation.advance(100)
  assert.equal(receive(kernel, client, 100), 10)
})

test("closing with bytes unread resets the connection", () => {
  const { kernel, client, server, simulation } = pair()
  send(kernel, client, 10)
  simulation.advance(100)
  kernel.close(server)
  simulation.advance(100)
  assert.equal(kernel.getOption(client, "SO_ERROR"), errno.ECONNRESET)
})

test("the acknowledged bytes are those that have arrived, and a SYN", () => {
  const { kernel, client, simulation } = pair()
  send(kernel, client, 1000)
  assert.equal(kernel.acknowledgedBytes(client), 1)
  simulation.advance(100)
  assert.equal(kernel.acknowledgedBytes(client), 1001)
})

test("a courier's call is one call with one id, however often it waits", () => {
  const { kernel, client, server, simulation } = pair()
  const vector = kernel.vector(2)
  const memory = kernel.memoryOf(new ArrayBuffer(1_000_000))
  vector.set(0, memory, 0, 400_000)
  vector.set(1, memory, 400_000, 600_000)
  kernel.startWaiting(client)
  let accepted = 0
  kernel.courier().send(client, vector, 2, sendFlags.zerocopy, (n) => accepted = n)
  for (let total = 0; total < 1_000_000;) {
    simulation.advance(10)
    total += received(kernel, server, 1_000_000).byteLength
  }
  simulation.advance(100)
  assert.equal(accepted, 1_000_000)
  assert.deepEqual(ranges(kernel, client), [[0, 0, false]])
})

test("a courier's call ends when its patience does, with what was accepted", () => {
  const { kernel, client, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  const answers: number[] = []
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(10)
  kernel.startWaiting(client)
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(199)
  assert.equal(answers.length, 1)
  simulation.advance(2)
  assert.equal(answers.length, 2)
  assert.ok(answers.every((n) => n > 0 && n < 1_000_000))
})

test("a courier's call ends when the socket is shut down under it", () => {
  const { kernel, client, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  kernel.startWaiting(client)
  const answers: number[] = []
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(20)
  kernel.abandonSends(client)
  simulation.advance(1)
  assert.equal(answers.length, 1)
})

test("a courier's call that waits sends nothing after a reset, and its id completes", () => {
  const { kernel, client, server, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  kernel.startWaiting(client)
  let accepted = 0
  kernel.courier().send(client, vector, 1, sendFlags.zerocopy, (n) => accepted = n)
  simulation.advance(50)
  kernel.disconnect(server)
  simulation.advance(50)
  assert.ok(accepted > 0 && accepted < 1_000_000)
  assert.deepEqual(ranges(kernel, client), [[0, 0, false]])
  assert.equal(simulation.stats().lockedPages, 0)
})

test("an opening window is announced again while nothing arrives", () => {
  const { kernel, client, server, simulation } = pair()
  for (let n = 1; n > 0; simulation.advance(100)) n = send(kernel, client, 100_000, 0)
  simulation.link.blackhole = true
  const first = received(kernel, server, 1_000_000).byteLength
  simulation.advance(1000)
  simulation.link.blackhole = false
  simulation.advance(10_000)
  assert.ok(first + received(kernel, server, 1_000_000).byteLength > 200_000)
})

test("a port can be taken only once, unless both sockets share it", () => {
  const { kernel } = simulate()
  const [one, two] = [kernel.socket(4), kernel.socket(4)]
  assert.equal(kernel.bind(one, inet("0.0.0.0", 80)), 0)
  assert.equal(kernel.bind(two, inet("0.0.0.0", 80)), -errno.EADDRINUSE)
  for (const fd of [one, two]) kernel.setOption(fd, "SO_REUSEPORT", 1)
  assert.equal(kernel.bind(two, inet("0.0.0.0", 80)), 0)
})

test("an IPv6 socket reaches IPv4 addresses in their mapped form, and accepts from them", () => {
  const simulation = simulate()
  const { kernel } = simulation
  const mapped = { family: 6, address: "::ffff:198.51.100.80", port: 80, scope: 0 } as const
  for (
    const [port, at] of [[80, inet("0.0.0.0", 80)], [81, { ...mapped, address: "::" }]] as const
  ) {
    const listener = kernel.socket(at.family)
    assert.equal(kernel.bind(listener, { ...at, port }), 0)
    assert.equal(kernel.listen(listener, 1), 0)
    const client = kernel.socket(6)
    kernel.connect(client, { ...mapped, port })
    simulation.advance(100)
    assert.equal(kernel.peerAddress(client)?.address, "::ffff:198.51.100.80")
    assert.equal(kernel.localAddress(client)?.address, "::ffff:192.0.2.1")
    const own = at.family === 4 ? "192.0.2.1" : "::ffff:192.0.2.1"
    assert.equal(kernel.peerAddress(kernel.accept(listener))?.address, own)
  }
})

test("file descriptors run out, and the lowest closed one is reused", () => {
  const { kernel } = simulate({ limits: { files: 3 } })
  assert.deepEqual([1, 2, 3, 4].map(() => kernel.socket(4)), [3, 4, 5, -errno.EMFILE])
  kernel.close(4)
  assert.equal(kernel.socket(4), 4)
  assert.equal(kernel.close(99), -errno.EBADF)
})

interface Pair {
  readonly simulation: Simulation
  readonly kernel: Kernel
  readonly client: number
  readonly server: number
}

/** Two ends of a connection, with SO_ZEROCOPY. */
function pair(options: Parameters<typeof simulate>[0] = {}): Pair {
  const simulation = simulate(options)
  const { kernel } = simulation
  const listener = kernel.socket(4)
  assert.equal(kernel.setOption(listener, "SO_ZEROCOPY", 1), 0)
  assert.equal(kernel.bind(listener, inet("0.0.0.0", 80)), 0)
  assert.equal(kernel.listen(listener, 5), 0)
  const client = kernel.socket(4)
  assert.equal(kernel.connect(client, inet("198.51.100.80", 80)), -errno.EINPROGRESS)
  simulation.advance(100)
  const server = kernel.accept(listener)
  assert.ok(server >= 0)
  kernel.setOption(client, "SO_ZEROCOPY", 1)
  return { simulation, kernel, client, server }
}

const inet = (address: string, port: number): InetAddress => ({
  family: 4,
  address,
  port,
  scope: 0,
})

function send(
  kernel: Kernel,
  fd: number,
  bytes: number | Uint8Array<ArrayBuffer>,
  flags: number = sendFlags.zerocopy,
): number {
  const { buffer, byteLength } = typeof bytes === "number" ? new Uint8Array(bytes) : bytes
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(buffer), 0, byteLength)
  return kernel.send(fd, vector, 1, flags)
}

function receive(kernel: Kernel, fd: number, length: number): number {
  return kernel.receive(fd, kernel.memoryOf(new ArrayBuffer(length)), 0, length)
}

/** Everything that has arrived, up to `length` bytes. */
function received(kernel: Kernel, fd: number, length: number): Uint8Array {
  const memory = kernel.memoryOf(new ArrayBuffer(length))
  return new Uint8Array(memory.buffer, 0, Math.max(0, kernel.receive(fd, memory, 0, length)))
}

function ranges(kernel: Kernel, fd: number): [lo: number, hi: number, copied: boolean][] {
  const batch = new NotificationBatch(80)
  kernel.readErrors(fd, batch)
  return Array.from({ length: batch.count }, (_, i) => [
    batch.lo[i],
    batch.hi[i],
    batch.copied[i] !== 0,
  ])
}

/** A function that returns what has become ready on `fd` since the last call. */
function readiness(kernel: Kernel, fd: number): () => number {
  const poller = kernel.poller(() => {})
  poller.add(fd, 7)
  return () => {
    let found = 0
    poller.poll((_tag, events) => found = events)
    return found
  }
}
