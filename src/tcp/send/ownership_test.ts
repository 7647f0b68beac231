import { Buffer } from "node:buffer"
import { test } from "node:test"
import assert from "node:assert/strict"
import { connected } from "../../../test/connected.ts"
import { ZerowireError } from "../../error/mod.ts"
import { connect } from "../open/connect_socket.ts"
import { listen } from "../open/listen.ts"
import type { Socket } from "../socket.ts"
import {
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
  streamOf,
} from "../../../test/plain_peer.ts"

// Whether a chunk is taken must not depend on its route: a program that works over loopback, where
// everything is copied, would fail on the first real network.
for (const zerocopy of ["auto", "always", "never"] as const) {
  const mode = `(zerocopy: "${zerocopy}")`

  test(`auto takes whole chunks that a pipe brings: they are detached ${mode}`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const make = () => [pattern(100_000), pattern(20_000, 1), pattern(1_500_000, 2)]
      const chunks = make()
      await streamOf(chunks).pipeTo(socket.writable)
      assert.deepEqual(chunks.map(({ buffer }) => buffer.detached), [true, true, true])
      assert.equal(sha256(await received), sha256(joined(make())))
    })
  })

  test(`auto leaves with a program what it writes itself, before a pipe and after one ${mode}`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const kept = pattern(100_000)
      const writer = socket.writable.getWriter()
      await writer.write(kept)
      // This one is still in the stream when the pipe comes.
      const waits = writer.write(kept)
      writer.releaseLock()
      await Promise.all([
        waits,
        streamOf([pattern(100_000, 1)]).pipeTo(socket.writable, { preventClose: true }),
      ])
      const again = socket.writable.getWriter()
      await again.write(kept)
      assert.equal(sha256(kept), sha256(pattern(100_000)))
      await again.close()
      const [a, b] = [pattern(100_000), pattern(100_000, 1)]
      assert.equal(sha256(await received), sha256(joined([a, a, b, a])))
    })
  })

  test(`auto never takes a Buffer, not even from a pipe ${mode}`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const kept = Buffer.from(new ArrayBuffer(100_000))
      kept.set(pattern(100_000))
      await streamOf([kept]).pipeTo(socket.writable)
      assert.equal(sha256(kept), sha256(pattern(100_000)))
      assert.equal(sha256(await received), sha256(pattern(100_000)))
    })
  })

  test(`auto leaves a view of part of a buffer with its producer ${mode}`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const buffer = pattern(300_000)
      const writer = socket.writable.getWriter()
      for (let from = 0; from < buffer.byteLength; from += 100_000) {
        await writer.write(buffer.subarray(from, from + 100_000))
        buffer.fill(0, from, from + 100_000)
      }
      await writer.close()
      assert.equal(sha256(await received), sha256(pattern(300_000)))
    })
  })

  test(`a small chunk is copied at once, and its producer may reuse it ${mode}`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const chunk = new Uint8Array(1000)
      const writer = socket.writable.getWriter()
      for (let i = 0; i < 50; i++) {
        chunk.set(pattern(1000, i))
        await writer.write(chunk)
      }
      chunk.fill(0)
      await writer.close()
      const expected = joined(Array.from({ length: 50 }, (_, i) => pattern(1000, i)))
      assert.equal(sha256(await received), sha256(expected))
    })
  })

  test(`transfer takes the whole ArrayBuffer, including bytes outside the chunk ${mode}`, async () => {
    await connected({ zerocopy, ownership: "transfer" }, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      for (const size of [100_000, 10]) {
        const buffer = new ArrayBuffer(size + 100)
        const chunk = new Uint8Array(buffer, 50, size)
        chunk.set(pattern(size))
        await writer.write(chunk)
        assert.equal(buffer.detached, true)
      }
      await writer.close()
      assert.equal(sha256(await received), sha256(joined([pattern(100_000), pattern(10)])))
    })
  })

  test(`copy leaves every chunk with its producer, which may change it after the write ${mode}`, async () => {
    await connected({ zerocopy, ownership: "copy" }, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      const chunk = new Uint8Array(200_000)
      for (let i = 0; i < 10; i++) {
        chunk.set(pattern(200_000, i))
        await writer.write(chunk)
      }
      chunk.fill(0)
      await writer.close()
      const expected = joined(Array.from({ length: 10 }, (_, i) => pattern(200_000, i)))
      assert.equal(sha256(await received), sha256(expected))
    })
  })

  test(`borrow neither takes nor copies: the chunk stays whole and attached ${mode}`, async () => {
    await connected({ zerocopy, ownership: "borrow" }, async (socket, peer) => {
      const received = receiveAll(peer)
      const chunks = [pattern(200_000), pattern(10, 2), pattern(50_000, 3)]
      const writer = socket.writable.getWriter()
      for (const chunk of chunks) await writer.write(chunk)
      await writer.close()
      assert.equal(sha256(await received), sha256(joined(chunks)))
      assert.deepEqual(chunks.map(({ byteLength }) => byteLength), [200_000, 10, 50_000])
    })
  })

  test(`of two sockets with the branches of one tee(), one sends everything and the other says why not ${mode}`, async () => {
    await using server = await PlainServer.open()
    const one = await connect({ port: server.port, zerocopy })
    const first = receiveAll(await server.accepted())
    const two = await connect({ port: server.port, zerocopy })
    const second = receiveAll(await server.accepted())
    // The reset may come before anybody waits for it.
    const secondEnd = second.then(() => "fin", () => "reset")

    const chunks = Array.from({ length: 20 }, (_, i) => pattern(100_000, i))
    const expected = sha256(joined(chunks))
    const [left, right] = streamOf(chunks).tee()
    const [sent, refused] = await Promise.allSettled([
      left.pipeTo(one.writable),
      right.pipeTo(two.writable),
    ])
    assert.equal(sent.status, "fulfilled")
    assert.equal(sha256(await first), expected)
    assert.equal(refused.status, "rejected")
    assert.ok(refused.reason instanceof TypeError)
    assert.match(refused.reason.message, /tee\(\)/)
    await one.close()
    assert.equal(await secondEnd, "reset")
    await two.close()
  })
}

test("with copy, both branches of tee() arrive", async () => {
  await using server = await PlainServer.open()
  const options = { port: server.port, zerocopy: "always", ownership: "copy" } as const
  await using one = await connect(options)
  const first = receiveAll(await server.accepted())
  await using two = await connect(options)
  const second = receiveAll(await server.accepted())
  const chunks = Array.from({ length: 20 }, (_, i) => pattern(100_000, i))
  const [left, right] = streamOf(chunks).tee()
  await Promise.all([left.pipeTo(one.writable), right.pipeTo(two.writable)])
  assert.equal(sha256(await first), sha256(joined(chunks)))
  assert.equal(sha256(await second), sha256(joined(chunks)))
})

test("a borrowed chunk whose buffer is taken while it waits fails the write, and sends nothing else", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const socket = await connect({
    port: listener.addr.port,
    zerocopy: "always",
    ownership: "borrow",
    pinHeap: true,
  })
  const peer = await listener.accept()
  const writer = socket.writable.getWriter()
  const lost = writer.closed.then(() => undefined, (error: unknown) => error)
  // More than the buffers of both sockets hold, and than a courier takes at a time.
  const chunks = Array.from({ length: 40 }, (_, i) => pattern(1 << 20, i))
  const copies = chunks.map((chunk) => chunk.slice())
  for (const chunk of chunks) writer.write(chunk).catch(() => {})
  while (socket.stats().queuedBytes < 12 << 20) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const { acceptedBytes, queuedBytes } = socket.stats()
  const last = ((acceptedBytes + queuedBytes) >> 20) - 1
  chunks[last].buffer.transfer()

  const received = read(peer)
  const failure = await lost
  assert.ok(failure instanceof ZerowireError)
  assert.equal(failure.reason._tag, "MemoryLost")
  assert.match(failure.message, /detached before the kernel had it/)
  await assert.rejects(socket.close(), (error) => error === failure)
  const bytes = await received
  const expected = joined(copies.slice(0, last)).subarray(0, bytes.byteLength)
  assert.ok(bytes.byteLength <= failure.reason.progress.acceptedBytes)
  assert.equal(sha256(bytes), sha256(expected))
  await peer.abort()
})

/** Everything that can be read until the stream ends, however it ends. */
async function read(socket: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of socket.readable) parts.push(part)
  } catch {
    // A reset.
  }
  return joined(parts)
}
