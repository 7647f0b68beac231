import { test } from "node:test"
import assert from "node:assert/strict"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { collect, inChunks, much, run } from "../../test/effect_program.ts"
import { ending, joined, pattern, PlainServer } from "../../test/plain_peer.ts"
import { connect, listen, sink, stream } from "../effect.ts"

test("if nobody listens, the error channel has ConnectFailed", async () => {
  const server = await PlainServer.open()
  const { port } = server
  await server[Symbol.asyncDispose]()
  const failure = await run(Effect.flip(connect({ port })))
  assert.equal(failure._tag, "ZerowireError")
  assert.ok(failure.reason._tag === "ConnectFailed")
  assert.equal(failure.reason.code, "ECONNREFUSED")
})

for (
  const [name, bytes] of [["that sends", much], ["that has nothing to send", pattern(0)]] as const
) {
  test(`a sink ${name} fails with ConnectionLost when the peer resets`, async () => {
    await using server = await PlainServer.open()
    const failure = await run(Effect.gen(function* () {
      const socket = yield* connect({ port: server.port })
      const peer = yield* Effect.promise(() => server.accepted())
      const endless = Stream.concat(inChunks(bytes, 65_536), Stream.never)
      const sending = yield* Effect.forkChild(Effect.flip(Stream.run(endless, sink(socket))), {
        startImmediately: true,
      })
      peer.resetAndDestroy()
      return yield* Fiber.join(sending)
    }))
    assert.ok(failure.reason._tag === "ConnectionLost", failure.message)
  })
}

test("a stream of the socket fails with ConnectionLost when the peer resets", async () => {
  await using server = await PlainServer.open()
  const failure = await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const peer = yield* Effect.promise(() => server.accepted())
    const receiving = yield* Effect.forkChild(Effect.flip(collect(stream(socket))), {
      startImmediately: true,
    })
    peer.resetAndDestroy()
    return yield* Fiber.join(receiving)
  }))
  assert.ok(failure.reason._tag === "ConnectionLost", failure.message)
  assert.equal(failure.reason.code, "ECONNRESET")
})

test("bytes that came before a reset are delivered before the failure", async () => {
  await using server = await PlainServer.open()
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const peer = yield* Effect.promise(() => server.accepted())
    peer.write(pattern(100))
    yield* Effect.sleep("20 millis")
    peer.resetAndDestroy()
    yield* Effect.sleep("20 millis")
    const parts: Uint8Array[] = []
    const receiving = Stream.runForEach(
      stream(socket),
      (part) => Effect.sync(() => parts.push(part)),
    )
    const failure = yield* Effect.flip(receiving)
    assert.ok(failure.reason._tag === "ConnectionLost", failure.message)
    assert.deepEqual(joined(parts), pattern(100))
  }))
})

for (const endOnDone of [true, false]) {
  test(`a chunk that was detached is a defect, and the peer sees a reset (endOnDone: ${endOnDone})`, async () => {
    await using server = await PlainServer.open()
    const ended = server.accepted().then(ending)
    const chunk = pattern(100_000)
    structuredClone(chunk, { transfer: [chunk.buffer] })
    const exit = await run(Effect.gen(function* () {
      const socket = yield* connect({ port: server.port })
      return yield* Effect.exit(Stream.run(Stream.make(chunk), sink(socket, { endOnDone })))
    }))
    assert.ok(Exit.isFailure(exit))
    assert.match(Cause.pretty(exit.cause), /TypeError: Cannot send a detached chunk/)
    assert.equal(await ended, "reset")
  })
}

test("options out of range are a defect", async () => {
  for (
    const open of [
      Effect.asVoid(connect({ port: 70_000 })),
      Effect.asVoid(listen({ port: 1, backlog: -1 })),
    ]
  ) {
    const exit = await run(Effect.exit(open))
    assert.ok(Exit.isFailure(exit))
    assert.match(Cause.pretty(exit.cause), /TypeError: Cannot use (port|backlog)/)
  }
})
