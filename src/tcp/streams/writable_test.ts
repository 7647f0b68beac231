import { test } from "node:test"
import assert from "node:assert/strict"
import { connected } from "../../../test/connected.ts"
import { connect } from "../open/connect_socket.ts"
import { listen } from "../open/listen.ts"
import type { Socket } from "../socket.ts"
import { ending, joined, pattern, receiveAll, sha256, streamOf } from "../../../test/plain_peer.ts"
import { libcIsMissing, needsLibc } from "../../../test/libc.ts"

const modes = ["auto", "always", "never"] as const

for (const zerocopy of modes) {
  test(`chunks of every size arrive completely and in order (zerocopy: "${zerocopy}")`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const sizes = [0, 1, 3, 4095, 4097, 16383, 16384, 65535, 65536, 65537, 1 << 20, 4 << 20]
      const chunks = [...sizes, ...sizes.toReversed()].map((size, i) => pattern(size, i + 1))
      const expected = sha256(joined(chunks))
      await streamOf(chunks).pipeTo(socket.writable)
      assert.equal(sha256(await received), expected)
    })
  })

  test(`gathered small chunks keep their place between big ones (zerocopy: "${zerocopy}")`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const sizeOf = (i: number) => i % 100 === 50 ? 1_500_000 : i % 3 === 0 ? 20_000 : 7 + i
      const chunks = Array.from({ length: 400 }, (_, i) => pattern(sizeOf(i), i))
      const expected = sha256(joined(chunks))
      const writer = socket.writable.getWriter()
      await Promise.all(chunks.map((chunk) => writer.write(chunk)))
      await writer.close()
      assert.equal(sha256(await received), expected)
    })
  })

  test(`ten thousand single bytes arrive in order (zerocopy: "${zerocopy}")`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const bytes = pattern(10_000)
      const writer = socket.writable.getWriter()
      for (const byte of bytes) writer.write(Uint8Array.of(byte)).catch(() => {})
      await writer.close()
      assert.equal(sha256(await received), sha256(bytes))
    })
  })
}

test("a chunk that is written alone leaves at the end of the turn", async () => {
  await connected({}, async (socket, peer) => {
    const first = new Promise<Uint8Array>((resolve) => peer.once("data", resolve))
    await socket.writable.getWriter().write(pattern(5))
    assert.deepEqual(new Uint8Array(await first), pattern(5))
  })
})

test("desiredSize falls while the peer does not read, and rises again", async () => {
  const highWaterMark = 256 * 1024
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  await using socket = await connect({ port: listener.addr.port, highWaterMark })
  await using peer = await listener.accept()

  const writer = socket.writable.getWriter()
  assert.equal(writer.desiredSize, highWaterMark)
  let written = 0
  const writes: Promise<void>[] = []
  while (await isReady(writer)) {
    writes.push(writer.write(pattern(64 * 1024, ++written)))
  }
  assert.ok((writer.desiredSize ?? 1) <= 0)
  // The writer could write what the kernel accepted, the mark, and the chunk that crossed it. Beyond the
  // stream's mark there are some MiB, and the chunk that crossed each limit.
  const waiting = written * 64 * 1024 - socket.stats().acceptedBytes
  assert.ok(waiting <= highWaterMark + (8 << 20) + 2 * 64 * 1024, `${waiting} bytes wait`)

  const received = new Response(peer.readable).bytes()
  await writer.ready
  await Promise.all(writes)
  assert.ok((writer.desiredSize ?? 0) > 0)
  await writer.close()
  const expected = joined(Array.from({ length: written }, (_, i) => pattern(64 * 1024, i + 1)))
  assert.equal(sha256(await received), sha256(expected))
})

test("a peer that does not read leaves a bounded number of bytes with us", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const socket = await connect({ port: listener.addr.port, zerocopy: "always" })
  await using _peer = await listener.accept()

  const writer = socket.writable.getWriter()
  const writes: Promise<void>[] = []
  for (let i = 0; i < 2000 && await isReady(writer); i++) {
    writes.push(writer.write(new Uint8Array(64 * 1024)))
  }
  // 16 MiB are queued for a courier before a write waits, and 1 MiB in the stream; 2000 chunks are 125 MiB.
  assert.ok(writes.length < 2000)
  assert.ok(socket.stats().queuedBytes <= 20 * 1024 * 1024)
  await Promise.all([socket.abort(), Promise.allSettled(writes)])
})

test("close sends everything and resolves after the kernel has accepted it", async () => {
  await connected({ zerocopy: "always" }, async (socket, peer) => {
    const received = receiveAll(peer)
    const writer = socket.writable.getWriter()
    writer.write(pattern(3_000_000)).catch(() => {})
    await writer.close()
    assert.equal(socket.stats().acceptedBytes, 3_000_000)
    assert.equal(socket.stats().queuedBytes, 0)
    assert.equal(sha256(await received), sha256(pattern(3_000_000)))
  })
})

test("abort resets: the peer sees a reset and no FIN", async () => {
  await connected({}, async (socket, peer) => {
    const ended = ending(peer)
    await socket.writable.abort(new Error("enough"))
    assert.equal(await ended, "reset")
  })
})

test("the reason of an abort reaches the writer and the reader", async () => {
  await connected({}, async (socket) => {
    const reason = new Error("enough")
    const read = socket.readable.getReader().read()
    const writer = socket.writable.getWriter()
    await Promise.all([
      assert.rejects(writer.closed, (error) => error === reason),
      assert.rejects(
        read,
        (error: Error) => /aborted/.test(error.message) && error.cause === reason,
      ),
      writer.abort(reason),
    ])
    await assert.rejects(writer.write(pattern(1)), (error) => error === reason)
  })
})

test("an abort ends a write that waits for a peer that does not read", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  await using socket = await connect({ port: listener.addr.port })
  await using _peer = await listener.accept()
  const writer = socket.writable.getWriter()
  // The write fails before `abort` resolves.
  const failed = assert.rejects(writer.write(new Uint8Array(64 << 20)))
  while (socket.stats().acceptedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await writer.abort(new Error("enough"))
  await failed
  assert.equal(socket.stats().held, 0)
})

test("writing an empty chunk succeeds and sends nothing", async () => {
  await connected({}, async (socket, peer) => {
    const received = receiveAll(peer)
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(0))
    await writer.close()
    assert.equal((await received).byteLength, 0)
    assert.equal(socket.stats().sends, 0)
  })
})

for (const zerocopy of modes) {
  test(`every byte is counted once (zerocopy: "${zerocopy}")`, async () => {
    await connected({ zerocopy }, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      for (let i = 0; i < 300; i++) {
        await writer.write(pattern(i % 2 === 0 ? 100_000 : 100, i))
        assertAdded(socket)
      }
      await writer.close()
      await received
      await socket.close()
      const stats = assertAdded(socket)
      assert.equal(stats.acceptedBytes, 150 * 100_100)
      assert.equal(stats.inFlightBytes, 0)
      assert.equal(stats.held, 0)
      assert.equal(stats.zerocopy.unknownIds, 0)
      assert.equal(stats.zerocopy.notified, stats.zerocopy.sends)
      assert.equal(stats.zerocopy.sends > 0, zerocopy === "always" && !libcIsMissing)
    })
  })
}

test(
  "over loopback the kernel copies bytes that were sent zero-copy, and the statistics show it",
  needsLibc,
  async () => {
    await connected({ zerocopy: "always" }, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      await writer.write(pattern(1 << 20))
      await writer.close()
      await received
      await socket.close()
      const { zerocopyBytes, kernelCopiedBytes, unverifiedBytes, zerocopy: { kernelCopiedIds } } =
        socket.stats()
      assert.equal(zerocopyBytes, 0)
      assert.ok(kernelCopiedIds >= 1)
      assert.equal(kernelCopiedBytes + unverifiedBytes, 1 << 20)
      assert.equal(socket.stats().stagedBytes, 1 << 20)
    })
  },
)

test(
  "to a peer on this host bytes are copied from the start, with a named reason",
  needsLibc,
  async () => {
    await connected({}, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      await writer.write(pattern(1 << 20))
      await writer.close()
      await received
      assert.equal(socket.stats().reasons.local, 1 << 20)
      assert.equal(socket.stats().copiedBytes, 1 << 20)
      assert.equal(socket.stats().stagedBytes, 0)
    })
  },
)

test("bytes below the threshold are copied, those above it are not", needsLibc, async () => {
  await connected({ zerocopy: "always", threshold: 1000 }, async (socket, peer) => {
    const received = receiveAll(peer)
    const writer = socket.writable.getWriter()
    await writer.write(pattern(999))
    await turn()
    await writer.write(pattern(1000))
    await writer.close()
    await received
    await socket.close()
    const { reasons, kernelCopiedBytes, unverifiedBytes } = socket.stats()
    assert.equal(reasons.small, 999)
    assert.equal(kernelCopiedBytes + unverifiedBytes, 1000)
  })
})

function assertAdded(socket: Socket) {
  const stats = socket.stats()
  const { zerocopyBytes, kernelCopiedBytes, unverifiedBytes, copiedBytes, inFlightBytes } = stats
  const parts = zerocopyBytes + kernelCopiedBytes + unverifiedBytes + copiedBytes + inFlightBytes
  assert.equal(parts, stats.acceptedBytes)
  assert.equal(Object.values(stats.reasons).reduce((a, b) => a + b), copiedBytes)
  assert.equal(
    stats.zerocopy.zerocopyIds + stats.zerocopy.kernelCopiedIds + stats.zerocopy.unverifiedIds,
    stats.zerocopy.notified,
  )
  return stats
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

/** Whether the writer becomes ready while the peer does nothing. */
function isReady(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<boolean> {
  return Promise.race([
    writer.ready.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
  ])
}
