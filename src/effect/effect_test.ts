import { test } from "node:test"
import assert from "node:assert/strict"
import { setImmediate } from "node:timers"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { UnhandledLogLevel } from "effect/References"
import * as Stream from "effect/Stream"
import { collect, inChunks, logTo, run, simulated } from "../../test/effect_program.ts"
import {
  dial,
  ending,
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
} from "../../test/plain_peer.ts"
import { close, closeWrite, connect, listen, sink, stream, takeOver } from "../effect.ts"
import { simulate } from "../testing.ts"

/** More than the buffers of both ends hold, so that a peer that does not read stops the writer. */
const much = pattern(16_000_000)

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

test("a listener accepts sockets that end with their scopes, and frees the port", async () => {
  let port = 0
  await run(Effect.gen(function* () {
    const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
    port = listener.addr.port
    const peer = yield* Effect.promise(() => dial(port))
    const received = receiveAll(peer)
    yield* Effect.scoped(Effect.gen(function* () {
      const socket = yield* listener.accept
      assert.equal(socket.remoteAddr.port, peer.localPort)
      yield* Stream.run(inChunks(pattern(100_000), 40_000), sink(socket))
    }))
    assert.equal((yield* Effect.promise(() => received)).byteLength, 100_000)
    peer.destroy()
  }))
  await run(listen({ hostname: "127.0.0.1", port }))
})

test("an interrupted accept loses no connection", async () => {
  await run(Effect.gen(function* () {
    const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
    const waiting = yield* Effect.forkChild(listener.accept, { startImmediately: true })
    yield* Fiber.interrupt(waiting)
    const peer = yield* Effect.promise(() => dial(listener.addr.port))
    const socket = yield* listener.accept
    assert.equal(socket.remoteAddr.port, peer.localPort)
    peer.destroy()
  }))
})

test("run serves each connection separately: a failure does not affect the others", async () => {
  const lines: string[] = []
  await run(
    Effect.gen(function* () {
      const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
      const serving = yield* Effect.forkChild(
        listener.run((socket) =>
          Effect.gen(function* () {
            const name = new TextDecoder().decode(yield* collect(stream(socket)))
            if (name === "bad") return yield* Effect.fail("I do not like it")
            if (name === "worse") throw new Error("nor this")
            const answer = new TextEncoder().encode(`hello ${name}`)
            yield* Stream.run(Stream.make(answer), sink(socket))
          })
        ),
      )
      const ask = async (name: string) => {
        const peer = await dial(listener.addr.port)
        const answer = receiveAll(peer)
        peer.end(name)
        return await answer.then((bytes) => new TextDecoder().decode(bytes), () => "reset")
      }
      const answers = yield* Effect.promise(() => Promise.all(["a", "bad", "worse", "b"].map(ask)))
      assert.deepEqual(answers, ["hello a", "reset", "reset", "hello b"])
      yield* Fiber.interrupt(serving)
    }).pipe(
      Effect.provideService(UnhandledLogLevel, "Error"),
      logTo(lines),
    ),
  )
  assert.equal(lines.length, 2)
  assert.match(lines.join("\n"), /Error Unhandled error of a connection .*I do not like it/)
})

test("while no file descriptor is left, connections wait and a warning is logged", async () => {
  const simulation = simulate()
  const lines: string[] = []
  await simulated(
    simulation,
    Effect.gen(function* () {
      const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
      yield* Effect.forkChild(
        listener.run((socket) => Stream.run(Stream.make(pattern(100)), sink(socket))),
        { startImmediately: true },
      )
      simulation.limits.files = simulation.stats().openFiles + 1
      const socket = yield* connect({ port: listener.addr.port })
      yield* Effect.sleep("1 second")
      assert.match(lines.join("\n"), /^Warn Connections wait .*EMFILE/)
      simulation.limits.files = 1024
      assert.deepEqual(yield* collect(stream(socket)), pattern(100))
    }).pipe(logTo(lines)),
  )
})

test("interrupting run interrupts its handlers and resets their connections", async () => {
  await run(Effect.gen(function* () {
    const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
    let served = 0
    const serving = yield* Effect.forkChild(listener.run(() => {
      served++
      return Effect.never
    }))
    const peers = yield* Effect.promise(() =>
      Promise.all([dial(listener.addr.port), dial(listener.addr.port)])
    )
    const ends = peers.map(ending)
    while (served < 2) yield* Effect.sleep("1 millis")
    yield* Fiber.interrupt(serving)
    assert.deepEqual(yield* Effect.promise(() => Promise.all(ends)), ["reset", "reset"])
    peers.forEach((peer) => peer.destroy())
  }))
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
