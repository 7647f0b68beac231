import { test } from "node:test"
import assert from "node:assert/strict"
import { setImmediate } from "node:timers"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { collect, inChunks, much, run } from "../../test/effect_program.ts"
import { dial, joined, pattern, PlainServer, receiveAll, sha256 } from "../../test/plain_peer.ts"
import { close, closeWrite, connect, sink, stream, takeOver } from "../effect.ts"

test("the bytes of a stream arrive completely, followed by a FIN", async () => {
  await using server = await PlainServer.open()
  const bytes = much
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    yield* Stream.run(inChunks(bytes, 65_536), sink(socket))
  }))
  assert.equal(sha256(await received), sha256(bytes))
})

test("many small chunks arrive in order", async () => {
  await using server = await PlainServer.open()
  const bytes = pattern(200_000)
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    yield* Stream.run(inChunks(bytes, 7), sink(socket))
  }))
  assert.equal(sha256(await received), sha256(bytes))
})

test("a producer that always has a chunk lets the event loop turn", async () => {
  await using server = await PlainServer.open()
  server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const chunks = Array.from({ length: 2000 }, () => pattern(10))
    let turned = false
    setImmediate(() => turned = true)
    yield* Stream.run(Stream.fromArray(chunks), sink(socket, { endOnDone: false }))
    assert.ok(turned)
  }))
})

test("a stream of the socket delivers what the peer sends, until its FIN", async () => {
  await using server = await PlainServer.open()
  const bytes = pattern(5_000_000)
  const received = run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    return yield* collect(stream(socket))
  }))
  const peer = await server.accepted()
  peer.end(bytes)
  assert.equal(sha256(await received), sha256(bytes))
})

test("small parts that the peer sends share no memory", async () => {
  await using server = await PlainServer.open()
  const received = run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    return yield* Stream.runCollect(stream(socket))
  }))
  const peer = await server.accepted()
  peer.setNoDelay()
  const parts = [40_000, 10, 30_000, 1].map((length, i) => pattern(length, i))
  for (const part of parts) {
    peer.write(part)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  peer.end()
  const chunks = await received
  assert.deepEqual(joined(chunks), joined(parts))
  assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length)
})

test("a second run of a stream continues where the first one stopped", async () => {
  await using server = await PlainServer.open()
  const texts = run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const peer = yield* Effect.promise(() => server.accepted())
    peer.write("first")
    const first = yield* collect(Stream.take(stream(socket), 1))
    peer.end("second")
    return [first, yield* collect(stream(socket))].map((bytes) => new TextDecoder().decode(bytes))
  }))
  assert.deepEqual(await texts, ["first", "second"])
})

test("receiving while another reader waits for bytes is a defect", async () => {
  await using server = await PlainServer.open()
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const first = yield* Effect.forkChild(collect(stream(socket)), { startImmediately: true })
    const second = yield* Effect.exit(collect(stream(socket)))
    assert.ok(Exit.isFailure(second))
    assert.match(Cause.pretty(second.cause), /TypeError: Cannot receive/)
    const peer = yield* Effect.promise(() => server.accepted())
    peer.end("for the first one")
    assert.equal((yield* Fiber.join(first)).byteLength, 17)
  }))
})

test("bytes go both ways at once", async () => {
  await using server = await PlainServer.open()
  const bytes = pattern(3_000_000)
  server.accepted().then((peer) => peer.pipe(peer))
  const echoed = await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const [echoed] = yield* Effect.all([
      collect(stream(socket)),
      Stream.run(inChunks(bytes, 50_000), sink(socket)),
    ], { concurrency: 2 })
    return echoed
  }))
  assert.equal(sha256(echoed), sha256(bytes))
})

test("with endOnDone: false several streams go into one socket, and its scope ends it", async () => {
  await using server = await PlainServer.open()
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    for (const seed of [1, 2, 3]) {
      yield* Stream.run(
        inChunks(pattern(100_000, seed), 30_000),
        sink(socket, { endOnDone: false }),
      )
      assert.equal(socket.stats().queuedBytes, 0)
    }
  }))
  const bytes = joined([1, 2, 3].map((seed) => pattern(100_000, seed)))
  assert.equal(sha256(await received), sha256(bytes))
})

test("the peer can go on sending after closeWrite, and close reports", async () => {
  await using server = await PlainServer.open()
  const text = run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    yield* Stream.run(Stream.make(pattern(100_000)), sink(socket, { endOnDone: false }))
    yield* closeWrite(socket)
    const text = new TextDecoder().decode(yield* collect(stream(socket)))
    const report = yield* close(socket)
    assert.deepEqual({ byProof: report.byProof, quarantined: report.quarantined }, {
      byProof: 0,
      quarantined: 0,
    })
    assert.ok(report.released > 0)
    assert.deepEqual(yield* close(socket), report)
    return text
  }))
  const peer = await server.accepted()
  assert.equal((await receiveAll(peer)).byteLength, 100_000)
  peer.end("that was all")
  assert.equal(await text, "that was all")
})

test("a socket of the runtime is taken over, and refusals are in the error channel", async () => {
  await using server = await PlainServer.open()
  const peer = await dial(server.port)
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* takeOver(peer)
    yield* Stream.run(inChunks(pattern(100_000), 20_000), sink(socket))
    const failure = yield* Effect.flip(takeOver(peer))
    assert.equal(failure.reason._tag, "TakeOverRefused")
  }))
  assert.equal(sha256(await received), sha256(pattern(100_000)))
})
