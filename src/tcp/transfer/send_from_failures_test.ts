import assert from "node:assert/strict"
import { test } from "node:test"
import { byteStream, chunkStream } from "../../../test/endless_streams.ts"
import { failureOf } from "../../../test/failure.ts"
import { ending, pattern, PlainServer } from "../../../test/plain_peer.ts"
import { SocketClosed } from "../../error/mod.ts"
import { connect, ZerowireError } from "../../mod.ts"

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
