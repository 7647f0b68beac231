import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { UnhandledLogLevel } from "effect/References"
import * as Stream from "effect/Stream"
import { collect, inChunks, logTo, run, simulated } from "../../test/effect_program.ts"
import { dial, ending, pattern, receiveAll } from "../../test/plain_peer.ts"
import { connect, listen, metrics, sink, stream } from "../effect.ts"
import { simulate } from "../testing.ts"

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
      assert.ok((yield* Metric.value(metrics.acceptPauses)).count > 0)
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
