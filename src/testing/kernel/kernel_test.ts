import assert from "node:assert/strict"
import { test } from "node:test"
import { errno, type Kernel, NotificationBatch, ready, sendFlags } from "../../kernel/port.ts"
import { pair, ranges, receive, received, send } from "../../../test/simulated_pair.ts"

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
