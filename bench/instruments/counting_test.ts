import assert from "node:assert/strict"
import { test } from "node:test"
import { Stack } from "../../src/stack/stack.ts"
import { connectOn } from "../../src/tcp/open/connect_socket.ts"
import { simulate } from "../../src/testing.ts"
import { type CallCounts, counting } from "./counting.ts"

test("each call to the kernel is counted once, by its name, and answers what it answered", () => {
  const { kernel } = simulate()
  const counts: CallCounts = {}
  const counted = counting(kernel, counts)
  const fd = counted.socket(4)
  assert.ok(fd >= 0)
  assert.equal(counted.setOption(fd, "SO_ZEROCOPY", 1), 0)
  assert.equal(counted.setOption(fd, "TCP_NODELAY", 1), 0)
  assert.equal(counted.errorReads, kernel.errorReads)
  const poller = counted.poller(() => {})
  poller.add(fd, 1)
  assert.deepEqual(counts, { socket: 1, setOption: 2, "poller.add": 1 })
})

test("what happens in memory alone is no call to the kernel", () => {
  const counts: CallCounts = {}
  const counted = counting(simulate().kernel, counts)
  counted.rebind(counted.memoryOf(new ArrayBuffer(8)))
  counted.vector(4).clear()
  counted.poller(() => {}).reference(true)
  assert.deepEqual(counts, {})
})

test("as many sends are counted as a socket says it made", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const counts: CallCounts = {}
  const stack = new Stack(
    counting(simulation.kernel, counts),
    () => {},
    simulation.stack.services,
  )
  const { sends, refusals } = await simulation.run(async () => {
    const socket = await connectOn(() => stack, peer)
    const writer = socket.writable.getWriter()
    for (let i = 0; i < 8; i++) await writer.write(new Uint8Array(100_000))
    await writer.close()
    await socket.close()
    return socket.stats()
  })
  assert.ok(sends > 0)
  assert.equal(counts.send + (counts["courier.send"] ?? 0), sends + refusals)
})
