import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { inChunks, logTo, much, run } from "../../test/effect_program.ts"
import { ending, pattern, PlainServer, receiveAll, sha256 } from "../../test/plain_peer.ts"
import { close, connect, sink } from "../effect.ts"

test("the end of a scope is a graceful close: what was written arrives", async () => {
  await using server = await PlainServer.open()
  const bytes = much
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    socket.writable.getWriter().write(much.slice()).catch(() => {})
    // The stream of the platform writes when its promises have run.
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
  }))
  assert.equal(sha256(await received), sha256(bytes))
})

for (
  const [how, fails] of [
    ["fails", Effect.fail("no")],
    ["dies", Effect.die("no")],
    ["is interrupted", Effect.interrupt],
  ] as const
) {
  test(`a program that ${how} resets, so that nobody takes a part for the whole`, async () => {
    await using server = await PlainServer.open()
    const ended = server.accepted().then(ending)
    const program = Effect.gen(function* () {
      const socket = yield* connect({ port: server.port })
      yield* Stream.run(inChunks(pattern(1000), 1000), sink(socket, { endOnDone: false }))
      return yield* fails
    })
    assert.ok(Exit.isFailure(await run(Effect.exit(Effect.scoped(program)))))
    assert.equal(await ended, "reset")
  })

  // The interruption may come before or after the peer has everything.
  if (how !== "is interrupted") {
    test(`a stream that ended before a program ${how} arrives completely`, async () => {
      await using server = await PlainServer.open()
      const received = server.accepted().then(receiveAll)
      const program = Effect.gen(function* () {
        const socket = yield* connect({ port: server.port })
        yield* Stream.run(inChunks(much, 65_536), sink(socket))
        return yield* fails
      })
      await run(Effect.exit(Effect.scoped(program)))
      assert.equal(sha256(await received), sha256(much))
    })
  }
}

test("interruption in the middle resets, and the memory comes back", async () => {
  await using server = await PlainServer.open()
  let stats = () => ({ held: 0, inFlightBytes: 0, queuedBytes: 0 })
  const program = Effect.gen(function* () {
    const socket = yield* connect({ port: server.port, zerocopy: "always" })
    stats = () => socket.stats()
    yield* Stream.run(inChunks(much.slice(), 65_536), sink(socket))
  })
  await run(Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.scoped(program))
    const peer = yield* Effect.promise(() => server.accepted())
    // The peer does not read, so that the room runs out.
    while (stats().queuedBytes === 0 || stats().held === 0) yield* Effect.sleep("5 millis")
    // A peer that is reset before anybody listens for it reports nothing.
    const ended = ending(peer)
    yield* Fiber.interrupt(fiber)
    assert.equal(yield* Effect.promise(() => ended), "reset")
  }))
  assert.equal(stats().held, 0)
  assert.equal(stats().inFlightBytes, 0)
})

test("an interruption while the scope closes gracefully resets", async () => {
  await using server = await PlainServer.open()
  const program = Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    yield* Effect.addFinalizer(() => Effect.sync(() => closing()))
    socket.writable.getWriter().write(much.slice()).catch(() => {})
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
  })
  let closing = () => {}
  const began = new Promise<void>((resolve) => closing = resolve)
  await run(Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.scoped(program))
    const peer = yield* Effect.promise(() => server.accepted())
    yield* Effect.promise(() => began)
    const ended = ending(peer)
    const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
    assert.ok(Exit.hasInterrupts(exit))
    assert.equal(yield* Effect.promise(() => ended), "reset")
  }))
})

test("a stream that fails resets, so that the peer does not believe it has everything", async () => {
  await using server = await PlainServer.open()
  const ended = server.accepted().then(ending)
  const failure = await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const bytes = Stream.concat(inChunks(pattern(100_000), 10_000), Stream.fail("source broke"))
    return yield* Effect.flip(Stream.run(bytes, sink(socket)))
  }))
  assert.equal(failure, "source broke")
  assert.equal(await ended, "reset")
})

test("a loss while a scope closes is logged, and close fails with it", async () => {
  await using server = await PlainServer.open()
  const lines: string[] = []
  const writing = Effect.gen(function* () {
    const socket = yield* connect({ port: server.port, closeTimeout: 50 })
    socket.writable.getWriter().write(much.slice()).catch(() => {})
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
    return socket
  })
  await run(logTo(lines)(Effect.scoped(writing)))
  assert.equal(lines.length, 1)
  assert.match(lines[0], /^Warn The peer of a closed connection may not have received .*ETIMEDOUT/)

  const failure = await run(logTo(lines)(Effect.flip(Effect.flatMap(writing, close))))
  assert.ok(failure.reason._tag === "ConnectionLost")
  assert.equal(lines.length, 1)
})
