import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import fc from "fast-check"
import { byteStream, chunkStream } from "../../../test/endless_streams.ts"
import { failureOf } from "../../../test/failure.ts"
import { needsLibc } from "../../../test/libc.ts"
import {
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
  streamOf,
} from "../../../test/plain_peer.ts"
import { connect, type Socket, type SocketOptions } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { simulate } from "../../testing.ts"

const contents = pattern(9_000_000)

test(
  "a byte stream is read into few buffers, which are sent in place, in order",
  needsLibc,
  async () => {
    const places = new Set<unknown>()
    const { received, socket } = await sending(async (socket) => {
      const source = byteStream(contents, 200_000, (view) => places.add(placeOf(view)))
      assert.equal(await socket.sendFrom(source, { buffers: 8 }), contents.byteLength)
    }, { zerocopy: "always" })
    assert.equal(sha256(received), sha256(contents))
    assert.ok(places.size <= 8, `${places.size} places were read to`)
    const { reasons, held, zerocopy: { sends: zerocopySends } } = socket.stats()
    assert.ok(zerocopySends > 0)
    assert.deepEqual([reasons.unowned, held], [0, 0])
  },
)

test("memory is read to again only when the kernel has let go of it, whatever is lost", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const simulation = simulate({ seed, link: { latency: 5, loss: 0.05 } })
    const peer = simulation.peer()
    await simulation.run(async () => {
      const socket = await simulation.connect(peer)
      const source = byteStream(contents.subarray(0, 3_000_000), 30_000)
      await socket.sendFrom(source, { bufferBytes: 40_000, buffers: 5 })
      await socket.close()
    })
    simulation.checkMemory()
    assert.equal(sha256(peer.connection.received), sha256(contents.subarray(0, 3_000_000)))
  }
})

test("streams with chunks of any size arrive completely between other writes", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 90_000 })), {
        maxLength: 30,
      }),
      fc.boolean(),
      fc.integer({ min: 1, max: 100_000 }),
      async (lengths, bytes, bufferBytes) => {
        const chunks = lengths.map((length, i) => pattern(length, i + 1))
        const expected = joined([pattern(5), ...chunks, pattern(6)])
        const { received } = await sending(async (socket) => {
          const writer = socket.writable.getWriter()
          writer.write(pattern(5)).catch(() => {})
          const parts = chunks.map((chunk) => chunk.slice())
          const source = bytes ? enqueuing(parts) : streamOf(parts)
          const sent = await socket.sendFrom(source, { bufferBytes, buffers: 3 })
          assert.equal(sent, expected.byteLength - 11)
          assert.equal(source.locked, false)
          await writer.write(pattern(6))
        })
        assert.equal(sha256(received), sha256(expected))
      },
    ),
    { numRuns: 30 },
  ))

test("a peer that reads nothing stops the reading", async () => {
  for (const source of [byteStream, chunkStream]) {
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port })
    let given = 0
    const endless = source(undefined, 100_000, () => given += 100_000)
    const stopped = failureOf(socket.sendFrom(endless, { bufferBytes: 100_000 }))
    for (let before = -1; before !== given;) {
      before = given
      await setTimeout(100)
    }
    const { acceptedBytes } = socket.stats()
    assert.ok(given - acceptedBytes <= 20_000_000, `${given} bytes were read`)
    await socket.abort()
    await stopped
  }
})

test("a signal stops it, cancels the source with its reason, and bytes already taken are sent", async () => {
  for (const source of [byteStream, chunkStream]) {
    const reason = new Error("enough")
    const controller = new AbortController()
    const cancelled = Promise.withResolvers<unknown>()
    let sentBytes = 0
    const { received } = await sending(async (socket) => {
      let given = 0
      // From then on it delivers nothing, and sendFrom waits for it.
      const idle = source(undefined, 30_000, () => {
        if (given === 300_000) return new Promise(() => {})
        given += 30_000
      }, cancelled.resolve)
      const stopped = failureOf(socket.sendFrom(idle, { signal: controller.signal }))
      while (socket.stats().acceptedBytes < 300_000) await setTimeout(1)
      controller.abort(reason)
      const error = await stopped
      assert.equal(error.cause, reason)
      assert.ok(error.reason._tag === "TransferStopped")
      sentBytes = error.reason.sentBytes
      assert.equal(await cancelled.promise, reason)
      const late = streamOf([pattern(7)])
      assert.equal(
        (await failureOf(socket.sendFrom(late, { signal: controller.signal }))).cause,
        reason,
      )
    })
    assert.equal(sentBytes, 300_000)
    assert.equal(received.byteLength, 300_000)
  }
})

test("a value that cannot be sent from is refused by name", async () => {
  await sending(async (socket) => {
    const locked = streamOf([pattern(1)])
    const reader = locked.getReader()
    await assert.rejects(socket.sendFrom(locked), /locked/)
    reader.releaseLock()
    await assert.rejects(socket.sendFrom(7 as never), TypeError)
    await assert.rejects(socket.sendFrom(locked, { buffers: 0 }), /buffers 0/)
    await assert.rejects(socket.sendFrom(locked, { bufferBytes: 1.5 }), /bufferBytes 1.5/)
    assert.equal(locked.locked, false)
  })
})

/** A byte stream with its own chunks, which the runtime copies to the reader's buffer. */
function enqueuing(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array> {
  const iterator = chunks.values()
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { done, value } = iterator.next()
      if (done !== true) return controller.enqueue(value)
      controller.close()
      controller.byobRequest?.respond(0)
    },
  })
}

const placeOf = ({ buffer }: Uint8Array): unknown =>
  (defaultStack().kernel.memoryOf(buffer as ArrayBuffer) as unknown as { address: unknown })
    .address

async function sending(
  send: (socket: Socket) => Promise<unknown>,
  options: SocketOptions = {},
): Promise<{ readonly received: Uint8Array<ArrayBuffer>; readonly socket: Socket }> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const receiving = receiveAll(peer).finally(() => peer.end())
  receiving.catch(() => {})
  try {
    await send(socket)
    await socket.close()
  } catch (failure) {
    await socket.abort()
    throw failure
  }
  return { received: await receiving, socket }
}
