import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { simulated } from "../../test/effect_program.ts"
import { pattern } from "../../test/plain_peer.ts"
import { close, connect, listen, sink, stream } from "../effect.ts"
import { simulate } from "../testing.ts"

const port = 80

test("a shutdown lets the handlers of run end, and then run fails with SocketClosed", async () => {
  const simulation = simulate()
  const ended: number[] = []
  await simulated(
    simulation,
    Effect.gen(function* () {
      const listener = yield* listen({ port })
      const running = yield* Effect.forkChild(
        listener.run((socket) =>
          Effect.gen(function* () {
            yield* Effect.sleep("5 seconds")
            yield* Stream.run(Stream.make(pattern(10)), sink(socket))
            yield* close(socket)
            // A shutdown waits for this, too.
            yield* Effect.sleep("1 second")
            ended.push(socket.remoteAddr.port)
          })
        ),
        { startImmediately: true },
      )
      const clients = yield* Effect.all([connect({ port }), connect({ port })])
      yield* Effect.sleep("1 second")
      assert.equal((yield* listener.connections).length, 2)
      const ending = yield* Effect.forkChild(listener.shutdown({ deadline: 60_000 }), {
        startImmediately: true,
      })
      for (const client of clients) {
        const received = yield* Stream.runCollect(stream(client))
        assert.equal(received.reduce((sum, { length }) => sum + length, 0), 10)
        yield* close(client)
      }
      assert.deepEqual(yield* Fiber.join(ending), { closed: 2, reset: 0 })
      assert.equal(ended.length, 2)
      const { reason } = yield* Effect.flip(Fiber.join(running))
      assert.equal(reason._tag, "SocketClosed")
    }),
  )
})

test("at the deadline connections are reset, and their handlers are interrupted", async () => {
  const simulation = simulate()
  let interrupted = 0
  await simulated(
    simulation,
    Effect.gen(function* () {
      const listener = yield* listen({ port })
      const running = yield* Effect.forkChild(
        listener.run(() =>
          Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
        ),
        { startImmediately: true },
      )
      yield* connect({ port })
      yield* connect({ port })
      yield* Effect.sleep("1 second")
      const before = simulation.now
      assert.deepEqual(yield* listener.shutdown({ deadline: 7000 }), { closed: 0, reset: 2 })
      assert.ok(simulation.now - before >= 7000 && simulation.now - before < 8000)
      yield* Effect.flip(Fiber.join(running))
      assert.equal(interrupted, 2)
    }),
  )
})

test("an interrupted shutdown leaves the connections alone, and run ends with the last", async () => {
  const simulation = simulate()
  await simulated(
    simulation,
    Effect.gen(function* () {
      const listener = yield* listen({ port })
      const running = yield* Effect.forkChild(
        listener.run((socket) => Stream.runDrain(stream(socket))),
        { startImmediately: true },
      )
      const client = yield* connect({ port })
      yield* Effect.sleep("1 second")
      yield* Effect.timeoutOption(listener.shutdown({ deadline: 3_600_000 }), "2 seconds")
      assert.equal((yield* listener.connections).length, 1)
      yield* close(client)
      yield* Effect.flip(Fiber.join(running))
      assert.equal((yield* listener.connections).length, 0)
    }),
  )
})

test("options of a shutdown that are wrong are a defect", async () => {
  const simulation = simulate()
  const attempt = simulated(
    simulation,
    Effect.flatMap(listen({ port }), ({ shutdown }) => shutdown({ deadline: -1 })),
  )
  await assert.rejects(attempt, { name: "TypeError", message: /deadline/ })
})
