import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import fc from "fast-check"
import { failureOf } from "../../../test/failure.ts"
import {
  ending,
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
  streamOf,
} from "../../../test/plain_peer.ts"
import { SocketClosed } from "../../error/mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { connect, type Socket, type SocketOptions, ZerowireError } from "../../mod.ts"
import { simulate } from "../../testing.ts"
import { needsLibc } from "../../../test/libc.ts"

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

test("if a stream fails, the error says how much was taken, and the peer sees no FIN after that part", async () => {
  const broken = new ZerowireError(new SocketClosed("receive"))
  for (const source of [byteStream, chunkStream]) {
    for (const wrong of [new Error("the disk is gone"), undefined, broken]) {
      await using server = await PlainServer.open()
      await using socket = await connect({ port: server.port })
      const ended = server.accepted().then(ending)
      const writer = socket.writable.getWriter()
      const closed = writer.closed.catch((failure) => failure)
      await writer.write(pattern(10))
      let given = 0
      const failing = source(undefined, 30_000, () => {
        if (given === 300_000) throw wrong
        given += 30_000
      })
      const error = await failureOf(socket.sendFrom(failing))
      assert.equal(error.cause, wrong)
      assert.ok(error.reason._tag === "SourceFailed")
      assert.equal(error.reason.sentBytes, 300_000)
      if (wrong !== undefined) assert.ok(error.message.includes(wrong.message))
      const unsent = await closed
      assert.ok(unsent instanceof ZerowireError && unsent.reason._tag === "Aborted")
      assert.equal(unsent.cause, error)
      await socket.close()
      assert.equal(await ended, "reset")
      assert.equal(socket.stats().held, 0)
    }
  }
})

test("a stream that fails at once resets the connection too", async () => {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port })
  const ended = server.accepted().then(ending)
  await socket.writable.getWriter().write(pattern(10))
  const failed = new ReadableStream({ start: (controller) => controller.error("no") })
  assert.equal((await failureOf(socket.sendFrom(failed))).reason._tag, "SourceFailed")
  await assert.rejects(socket.closeWrite(), ZerowireError)
  assert.equal(await ended, "reset")
  await socket.close()
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

test("a lost connection cancels a source that delivers nothing", async () => {
  for (const source of [byteStream, chunkStream]) {
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port })
    const peer = await server.accepted()
    const cancelled = Promise.withResolvers<unknown>()
    const idle = source(undefined, 10, () => new Promise(() => {}), cancelled.resolve)
    const lost = failureOf(socket.sendFrom(idle))
    peer.resetAndDestroy()
    const error = await lost
    assert.equal(error.reason._tag, "ConnectionLost")
    assert.equal(await cancelled.promise, error)
    await socket.abort()
  }
})

test("a socket that is closed takes nothing from a stream, and cancels it", async () => {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port })
  await socket.close()
  const cancelled = Promise.withResolvers<unknown>()
  const source = chunkStream(undefined, 10, () => {}, cancelled.resolve)
  const error = await failureOf(socket.sendFrom(source))
  assert.equal(error.reason._tag, "SocketClosed")
  assert.equal(await cancelled.promise, error)
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

test("a chunk that cannot be sent fails it, cancels the stream and resets the connection", async () => {
  for (const chunk of ["word", null]) {
    await using server = await PlainServer.open()
    await using socket = await connect({ port: server.port })
    const ended = server.accepted().then(ending)
    const cancelled = Promise.withResolvers<unknown>()
    const source = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk),
      cancel: cancelled.resolve,
    })
    const failure = await socket.sendFrom(source).catch((failure) => failure)
    assert.ok(failure instanceof TypeError)
    assert.match(failure.message, /Cannot send a chunk/)
    assert.equal(await cancelled.promise, failure)
    assert.equal(await ended, "reset")
  }
})

/** Fills any given buffer with `length` bytes at a time; without `bytes` it never ends. */
function byteStream(
  bytes: Uint8Array | undefined,
  length: number,
  before: (view: Uint8Array) => unknown = () => {},
  cancel?: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view as Uint8Array<ArrayBuffer>
      await before(view)
      const n = Math.min(length, view.byteLength, (bytes?.byteLength ?? Infinity) - at)
      if (bytes !== undefined) view.set(bytes.subarray(at, at + n))
      if (n === 0) controller.close()
      request?.respond(n)
      at += n
    },
    ...(cancel && { cancel }),
  })
}

/** The same in chunks. */
function chunkStream(
  _: undefined,
  length: number,
  before: () => unknown = () => {},
  cancel?: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await before()
      controller.enqueue(new Uint8Array(length))
    },
    ...(cancel && { cancel }),
  })
}

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
