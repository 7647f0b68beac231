import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import { needsLibc } from "../../../test/libc.ts"
import {
  dial,
  ending,
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { RuntimeStack } from "../../../test/runtime_stack.ts"
import { slabOn } from "../../stack/mod.ts"
import { listen } from "../../tcp/mod.ts"
import { errno, type Memory, ready } from "../port.ts"

test("everything that was accepted arrives before the FIN of a close, however slow the peer is", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  const socket = await runtime.connect({ port: server.port })
  const peer = await server.accepted()
  const bytes = pattern(12_000_000)
  const written = socket.writable.getWriter().write(bytes)
  const closed = socket.close()
  // The system's buffers are full by now, and the rest is in the runtime.
  await setTimeout(50)
  const received = receiveAll(peer)
  received.then(() => peer.end())
  await written
  assert.equal(sha256(await received), sha256(bytes))
  assert.deepEqual(await closed, { released: socket.stats().released, byProof: 0, quarantined: 0 })
  assert.equal(socket.stats().held, 0)
})

test("what was accepted arrives, and then a FIN, though the descriptor is closed", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  const { fd, kernel } = await connected(runtime, server.port)
  const peer = await server.accepted()
  const bytes = pattern(16 << 20)
  const memory = kernel.memoryOf(bytes.buffer)
  let accepted = 0
  for (let quiet = 0; quiet < 5; quiet++) {
    const n = kernel.sendBytes(fd, memory, accepted, bytes.byteLength - accepted)
    if (n > 0) [accepted, quiet] = [accepted + n, 0]
    await setTimeout(10)
  }
  kernel.close(fd)
  assert.equal(sha256(await receiveAll(peer)), sha256(bytes.subarray(0, accepted)))
})

test("a reset by the peer is an error, and never the end of the stream", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  for (const bytes of [0, 100_000]) {
    const socket = await runtime.connect({ port: server.port })
    const peer = await server.accepted()
    const reader = socket.readable.getReader()
    const reading = failureOf((async () => {
      while (!(await reader.read()).done);
    })())
    if (bytes > 0) {
      peer.write(pattern(bytes))
      while (socket.stats().receivedBytes < bytes) await setTimeout(1)
    }
    peer.resetAndDestroy()
    const { reason } = await reading
    assert.equal(reason._tag === "ConnectionLost" && reason.code, "ECONNRESET")
    await socket.abort()
  }
})

test("a reset that comes while close waits for the peer fails the close", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  const socket = await runtime.connect({ port: server.port })
  const peer = await server.accepted()
  const writing = socket.writable.getWriter().write(pattern(12_000_000)).catch(() => {})
  const closed = failureOf(socket.close())
  while (socket.stats().refusals === 0) await setTimeout(1)
  peer.resetAndDestroy()
  await writing
  const { reason } = await closed
  assert.ok(reason._tag === "ConnectionLost", reason._tag)
  // No runtime tells what the peer has.
  assert.equal(reason.progress.unknownBytes, reason.progress.acceptedBytes)
})

test("abort is a reset for the peer, whatever waits to be sent", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  for (const bytes of [0, 12_000_000]) {
    const socket = await runtime.connect({ port: server.port })
    const peer = await server.accepted()
    const writing = socket.writable.getWriter().write(pattern(bytes)).catch(() => {})
    await setTimeout(20)
    const ended = ending(peer)
    await socket.abort()
    assert.equal(await ended, "reset")
    await writing
    assert.equal(socket.stats().held, 0)
  }
})

test("a peer that does not read leaves a bounded number of bytes with the runtime", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  const { fd, kernel } = await connected(runtime, server.port)
  const memory = kernel.memoryOf(new ArrayBuffer(16 << 20))
  const first = kernel.sendBytes(fd, memory, 0, 16 << 20)
  assert.equal(first, 1 << 20)
  assert.equal(kernel.sendBytes(fd, memory, 0, 1), -errno.EAGAIN)
  // Room is an event, until the system's buffers are full as well.
  let accepted = first
  for (let quiet = 0; quiet < 10; quiet++) {
    await setTimeout(20)
    const n = kernel.sendBytes(fd, memory, 0, 16 << 20)
    if (n > 0) [accepted, quiet] = [accepted + n, 0]
  }
  const waiting = accepted + 1 - kernel.acknowledgedBytes(fd)
  assert.equal(waiting, 1 << 20)
  kernel.disconnect(fd)
})

test("a program that does not read makes its peer wait", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  const { fd, kernel } = await connected(runtime, server.port)
  const peer = await server.accepted()
  const bytes = pattern(20_000_000)
  let written = false
  peer.end(bytes, () => written = true)
  for (let before = 0; before === 0 || before !== kernel.arrivedBytes(fd);) {
    before = kernel.arrivedBytes(fd)
    await setTimeout(100)
  }
  assert.ok(kernel.arrivedBytes(fd) <= 2 << 20, `${kernel.arrivedBytes(fd)} bytes wait here`)
  assert.equal(written, false)
  assert.equal(sha256(await everything(runtime, fd)), sha256(bytes))
  kernel.close(fd)
})

test(
  "refused, aborted and late attempts fail as on Linux, and leave nothing open",
  needsLibc,
  async () => {
    await using runtime = new RuntimeStack()
    const free = await runtime.listen({ hostname: "127.0.0.1", port: 0 })
    const { port } = free.addr
    free.close()
    assert.match(
      (await failureOf(runtime.connect({ port }))).message,
      /ECONNREFUSED\. Nothing listens/,
    )
    // On Linux a full backlog answers nobody.
    const silent = await listen({ hostname: "127.0.0.1", port: 0, backlog: 0 })
    const filler = await dial(silent.addr.port)
    const there = { port: silent.addr.port }
    const late = await failureOf(runtime.connect({ ...there, connectTimeout: 30 }))
    assert.match(late.message, /ETIMEDOUT/)
    const reason = new Error("enough")
    const controller = new AbortController()
    const aborted = runtime.connect({ ...there, signal: controller.signal })
    await setTimeout(5)
    controller.abort(reason)
    await assert.rejects(aborted, (failure) => failure === reason)
    filler.destroy()
    silent.close()
    assert.equal(runtime.stack.open.size, 0)
  },
)

test("the second address of a name is tried when the first one refuses", async () => {
  await using runtime = new RuntimeStack()
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 })
  await using socket = await runtime.connect({ hostname: "localhost", port: listener.addr.port })
  assert.equal(socket.remoteAddr.port, listener.addr.port)
  listener.close()
})

test("a port that is taken, and an address of another host, are ListenFailed", async () => {
  await using runtime = new RuntimeStack()
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 })
  const taken = await failureOf(runtime.listen({ hostname: "127.0.0.1", port: listener.addr.port }))
  assert.match(taken.message, /^Cannot listen on 127\.0\.0\.1:\d+: EADDRINUSE/)
  const other = await failureOf(runtime.listen({ hostname: "192.0.2.77", port: 0 }))
  assert.match(other.message, /EADDRNOTAVAIL/)
  listener.close()
})

test("connections beyond the backlog are reset, and so are those that wait when the listener closes", async () => {
  await using runtime = new RuntimeStack()
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0, backlog: 1 })
  const first = await dial(listener.addr.port)
  const second = connect({ port: listener.addr.port, host: "127.0.0.1" })
  assert.equal(await ending(second), "reset")
  const ended = ending(first)
  listener.close()
  assert.equal(await ended, "reset")
})

test("each end can close its writing and go on receiving", async () => {
  await using runtime = new RuntimeStack()
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 })
  const client = await runtime.connect({ port: listener.addr.port })
  const server = await listener.accept()
  await client.writable.getWriter().write(pattern(1000, 1))
  await client.closeWrite()
  assert.deepEqual(await new Response(server.readable).bytes(), pattern(1000, 1))
  // More than the buffers between them hold, so it is read while it is written.
  const writing = server.writable.getWriter().write(pattern(5_000_000, 2))
  const [received] = await Promise.all([
    new Response(client.readable).bytes(),
    writing.then(() => server.close()),
  ])
  assert.equal(sha256(received), sha256(pattern(5_000_000, 2)))
  await client.close()
  listener.close()
})

test("a lease is copied, and comes back at once", async () => {
  await using runtime = new RuntimeStack()
  await using server = await PlainServer.open()
  await using socket = await runtime.connect({ port: server.port })
  const peer = await server.accepted()
  const arrived = once(peer, "data")
  using leases = slabOn(runtime.stack, { slots: 1, slotBytes: 4096 })
  const lease = await leases.lease()
  lease.bytes.set(pattern(4096))
  const { released } = socket.send(lease)
  await released
  assert.equal(leases.leased, 0)
  const [data] = await arrived
  assert.deepEqual(new Uint8Array(data), pattern(4096))
  assert.equal(socket.stats().reasons.unsupported, 4096)
})

/** A connection by calls of the port alone. */
async function connected({ kernel }: RuntimeStack, port: number) {
  const fd = kernel.socket(4)
  const address = { family: 4, address: "127.0.0.1", port, scope: 0 } as const
  assert.equal(kernel.connect(fd, address), -errno.EINPROGRESS)
  while (kernel.peerAddress(fd) === undefined) await setTimeout(1)
  assert.equal(kernel.getOption(fd, "SO_ERROR"), 0)
  return { fd, kernel }
}

/** Receives to the end, and waits for events in between, as the reactor does. */
async function everything({ kernel }: RuntimeStack, fd: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const memory: Memory = kernel.memoryOf(new ArrayBuffer(100_000))
  let woken = Promise.withResolvers<void>()
  const poller = kernel.poller(() => woken.resolve())
  poller.add(fd, 7)
  for (;;) {
    const n = kernel.receive(fd, memory, 0, 100_000)
    if (n === 0) break
    if (n > 0) parts.push(new Uint8Array(memory.buffer.slice(0, n)))
    if (n !== -errno.EAGAIN) continue
    woken = Promise.withResolvers()
    const found = poller.poll((tag, events) => {
      assert.equal(tag, 7)
      assert.ok((events & (ready.readable | ready.writable)) !== 0)
    })
    if (found > 0) continue
    poller.park()
    await woken.promise
  }
  await poller.close()
  return joined(parts)
}
