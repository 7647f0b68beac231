import { test } from "node:test"
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:net"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as EffectSocket from "effect/socket/Socket"
import { logTo, run } from "../../test/effect_program.ts"
import { ending, pattern, PlainServer, receiveAll, sha256 } from "../../test/plain_peer.ts"
import { layerSocket, makeSocket } from "../effect.ts"

test("the reader delivers what the peer sends, and the FIN is a normal close", async () => {
  await using server = await PlainServer.open()
  const bytes = pattern(1_000_000)
  server.accepted().then((peer) => peer.end(bytes))
  await run(
    Effect.gen(function* () {
      const socket = yield* EffectSocket.Socket
      const parts: Uint8Array[] = []
      const { pull } = yield* EffectSocket.readerBytes(socket).pipe(
        Effect.map((pull) => ({ pull })),
      )
      const failure = yield* Effect.flip(
        Effect.forever(Effect.map(pull, (chunks) => void parts.push(...chunks))),
      )
      assert.ok(failure.reason._tag === "SocketCloseError")
      assert.equal(failure.reason.code, 1000)
      assert.equal(sha256(new Uint8Array(Buffer.concat(parts))), sha256(bytes))
    }).pipe(Effect.provide(layerSocket({ port: server.port }))),
  )
})

test("text and bytes are written in order, and the end of the writer half-closes", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  const text = run(Effect.gen(function* () {
    const { pull } = yield* socket.reader
    yield* Effect.scoped(Effect.gen(function* () {
      const { write, writeAll } = yield* socket.writer
      yield* write("grüß ")
      yield* writeAll([new TextEncoder().encode("dich"), ", ", pattern(100_000)])
      yield* write("!".repeat(100_000))
    }))
    const [chunk] = yield* pull
    return new TextDecoder().decode(chunk as Uint8Array)
  }))
  const peer = await server.accepted()
  const received = await receiveAll(peer)
  const expected = [Buffer.from("grüß dich, "), pattern(100_000), Buffer.from("!".repeat(100_000))]
  assert.equal(sha256(received), sha256(Buffer.concat(expected)))
  peer.end("answer")
  assert.equal(await text, "answer")
})

test("a chunk that cannot be sent resets the connection instead of half-closing it", async () => {
  await using server = await PlainServer.open()
  const ended = server.accepted().then(ending)
  const socket = makeSocket({ port: server.port })
  const exit = await run(Effect.gen(function* () {
    yield* socket.reader
    return yield* Effect.exit(Effect.scoped(Effect.gen(function* () {
      const { write } = yield* socket.writer
      yield* write(pattern(10))
      yield* write(new Uint16Array(1) as never)
    })))
  }))
  assert.ok(Exit.isFailure(exit))
  assert.match(Cause.pretty(exit.cause), /TypeError: Cannot send a chunk/)
  assert.equal(await ended, "reset")
})

for (
  const [how, end] of [["fails", Effect.fail("no")], ["is interrupted", Effect.interrupt]] as const
) {
  test(`a writer whose scope ${how} resets the connection instead of half-closing it`, async () => {
    await using server = await PlainServer.open()
    const ended = server.accepted().then(ending)
    const socket = makeSocket({ port: server.port })
    await run(Effect.gen(function* () {
      yield* socket.reader
      yield* Effect.exit(Effect.scoped(Effect.gen(function* () {
        const { write } = yield* socket.writer
        yield* write(pattern(10))
        yield* end
      })))
    }))
    assert.equal(await ended, "reset")
  })
}

test("writes wait until there is a connection", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const { write } = yield* socket.writer
    const writing = yield* Effect.forkChild(write("early"), { startImmediately: true })
    yield* Effect.sleep("10 millis")
    assert.equal(writing.pollUnsafe(), undefined)
    yield* Effect.scoped(Effect.andThen(socket.reader, Fiber.join(writing)))
  }))
  assert.equal(new TextDecoder().decode(await received), "early")
})

test("if nobody listens the reader fails with SocketOpenError, and a retry connects", async () => {
  const closed = await PlainServer.open()
  const { port } = closed
  await closed[Symbol.asyncDispose]()
  const socket = makeSocket({ port })
  const failure = await run(Effect.flip(socket.reader))
  assert.ok(failure.reason._tag === "SocketOpenError")
  assert.match(String(failure.reason.cause), /ZerowireError: Cannot connect .*ECONNREFUSED/)

  const retried = run(Effect.retry(socket.reader, Schedule.spaced("10 millis")))
  await using server = createServer((peer) => peer.resume()).listen(port, "127.0.0.1")
  await retried
  assert.ok(server.listening)
})

test("each acquisition of the reader opens a new connection", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  const endings = [server.accepted(), server.accepted()].map(ended)
  await run(Effect.scoped(socket.reader))
  await run(Effect.scoped(socket.reader))
  assert.deepEqual(await Promise.all(endings), ["fin", "fin"])
})

test("the end of the reader's scope fails a pull that waits", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  await run(Effect.gen(function* () {
    const pulling = yield* Effect.scoped(Effect.gen(function* () {
      const { pull } = yield* socket.reader
      return yield* Effect.forkDetach(Effect.flip(pull), { startImmediately: true })
    }))
    assert.equal((yield* Fiber.join(pulling)).reason._tag, "SocketCloseError")
  }))
})

test("a close event sends a FIN, and this side's reader receives the event", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const { pull } = yield* socket.reader
    const { write } = yield* socket.writer
    const pulling = yield* Effect.forkChild(Effect.flip(pull), { startImmediately: true })
    yield* write("last words")
    yield* write(new EffectSocket.CloseEvent(1009, "too long"))
    const { reason } = yield* Fiber.join(pulling)
    assert.ok(reason._tag === "SocketCloseError")
    assert.deepEqual([reason.code, reason.closeReason], [1009, "too long"])
  }))
  assert.equal(new TextDecoder().decode(await received), "last words")
})

test("interruption of a reader resets its connection", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port })
  await run(Effect.gen(function* () {
    const pulling = Promise.withResolvers<void>()
    const reading = yield* Effect.forkChild(
      Effect.scoped(Effect.flatMap(socket.reader, ({ pull }) => {
        pulling.resolve()
        return pull
      })),
    )
    const peer = yield* Effect.promise(() => server.accepted())
    const end = ending(peer)
    yield* Effect.promise(() => pulling.promise)
    yield* Fiber.interrupt(reading)
    assert.equal(yield* Effect.promise(() => end), "reset")
  }))
})

test("the end of a writer does not wait for a peer that takes nothing", async () => {
  await using server = await PlainServer.open()
  const socket = makeSocket({ port: server.port, closeTimeout: 50 })
  const connection = Effect.gen(function* () {
    yield* socket.reader
    yield* Effect.scoped(Effect.gen(function* () {
      const { write } = yield* socket.writer
      // More than the buffers of both ends hold.
      const written = yield* Effect.timeoutOption(write(pattern(32_000_000)), "50 millis")
      assert.equal(written._tag, "None")
    }))
  })
  const lines: string[] = []
  await run(logTo(lines)(Effect.scoped(connection)))
  assert.match(
    lines.join("\n"),
    /^Warn The peer of a closed connection may not have received .*ETIMEDOUT/,
  )
})

async function ended(accepted: ReturnType<PlainServer["accepted"]>): Promise<"fin" | "reset"> {
  const peer = await accepted
  const end = await ending(peer)
  if (end === "fin") peer.end()
  await (peer.closed ? undefined : once(peer, "close"))
  return end
}
