import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { format } from "effect/observability/PrometheusMetrics"
import * as Stream from "effect/Stream"
import { inChunks, run, simulated } from "../../test/effect_program.ts"
import { pattern, PlainServer } from "../../test/plain_peer.ts"
import { connect, metrics, sink } from "../effect.ts"
import { simulate } from "../testing.ts"

test("all kinds of sent bytes add up to the accepted bytes", async () => {
  const simulation = simulate({ seed: 5, link: { latency: 5, loss: 0.001 } })
  const peer = simulation.peer()
  await simulated(
    simulation,
    Effect.gen(function* () {
      yield* Effect.scoped(send(peer.hostname, peer.port, 3_000_000, 100_000))
      yield* Effect.scoped(send(peer.hostname, peer.port, 5000, 1000))
      const figures = yield* read
      assert.equal(figures.accepted, 3_005_000)
      assert.ok(figures.zerocopy > 0)
      assert.equal(figures.copied.small, 5000)
      assert.equal(sum(figures), figures.accepted)
      assert.equal(figures.inFlight, 0)
      assert.equal(figures.quarantined, 0)
      assert.deepEqual([figures.open, figures.opened], [0, 2])
      assert.ok((yield* Metric.value(metrics.wakes)).count > 0)
    }),
  )
})

test("they add up at every moment, even in the middle and after a reset", async () => {
  const simulation = simulate({ seed: 6, link: { latency: 20 } })
  const peer = simulation.peer({ receiving: false })
  await simulated(
    simulation,
    Effect.gen(function* () {
      const sending = yield* Effect.forkChild(
        Effect.scoped(send(peer.hostname, peer.port, 10_000_000, 100_000)),
        { startImmediately: true },
      )
      // The handshake takes two packets of 20 ms.
      yield* Effect.sleep("45 millis")
      let most = 0
      for (let i = 0; i < 20; i++) {
        yield* Effect.sleep("7 millis")
        const figures = yield* read
        assert.equal(sum(figures), figures.accepted)
        most = Math.max(most, figures.inFlight)
        assert.equal((yield* Metric.value(metrics.pinnedBytes)).value, figures.inFlight)
        assert.ok(figures.inFlight <= (yield* Metric.value(metrics.pinnedLimitBytes)).value)
        assert.equal(figures.open, 1)
      }
      assert.ok(most > 0, "nothing was in flight at any moment")
      yield* Fiber.interrupt(sending)
      const figures = yield* read
      assert.equal(sum(figures), figures.accepted)
      assert.ok(figures.accepted > 0)
      assert.deepEqual([figures.inFlight, figures.quarantined, figures.open], [0, 0, 0])
    }),
  )
})

test("memory without proof is quarantined, and no longer in flight", async (context) => {
  context.mock.method(console, "warn", () => {})
  const simulation = simulate({ seed: 7, link: { latency: 20 } })
  const peer = simulation.peer({ receiving: false })
  await simulated(
    simulation,
    Effect.gen(function* () {
      const sending = yield* Effect.forkChild(
        Effect.scoped(send(peer.hostname, peer.port, 10_000_000, 100_000)),
        { startImmediately: true },
      )
      yield* Effect.sleep("100 millis")
      simulation.faults.lostRecord = 1
      yield* Fiber.interrupt(sending)
      const figures = yield* read
      assert.ok(figures.quarantined > 0)
      assert.equal(figures.inFlight, 0)
      assert.equal(sum(figures), figures.accepted)
      assert.ok((yield* Metric.value(metrics.quarantinedPieces)).count > 0)
      assert.equal(yield* count(metrics.processQuarantinedBytes), figures.quarantined)
    }),
  )
})

test("over loopback everything is copied, with the reason that the peer is this host", async () => {
  await using server = await PlainServer.open()
  server.accepted().then((peer) => peer.resume())
  await run(Effect.gen(function* () {
    yield* Effect.scoped(send("127.0.0.1", server.port, 1_000_000, 50_000))
    const figures = yield* read
    assert.equal(figures.copied.local, 1_000_000)
    assert.equal(figures.accepted, 1_000_000)
  }))
})

test("sockets opened with other attributes are separate series", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const named = (name: string) =>
    // A new object each time, as a program may have it.
    Effect.provideService(Metric.CurrentMetricAttributes, { name })
  await simulated(
    simulation,
    Effect.gen(function* () {
      for (const [name, bytes] of [["a", 1000], ["b", 2000], ["a", 500]] as const) {
        yield* named(name)(Effect.scoped(send(peer.hostname, peer.port, bytes, 1000)))
      }
      const accepted = Effect.map(Metric.value(metrics.acceptedBytes), ({ count }) => count)
      assert.deepEqual([yield* named("a")(accepted), yield* named("b")(accepted)], [1500, 2000])
      assert.equal(yield* accepted, 0)
    }),
  )
})

test("Effect's exporter for Prometheus shows them", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const text = await simulated(
    simulation,
    Effect.gen(function* () {
      yield* Effect.scoped(send(peer.hostname, peer.port, 1000, 1000))
      return yield* format()
    }),
  )
  assert.match(text, /^# TYPE zerowire_accepted_bytes counter$/m)
  assert.match(text, /^zerowire_accepted_bytes 1000$/m)
  assert.match(text, /^zerowire_copied_bytes\{reason="small"\} 1000$/m)
  assert.match(text, /^# TYPE zerowire_in_flight_bytes gauge$/m)
  assert.match(text, /^zerowire_in_flight_bytes 0$/m)
  assert.match(text, /^zerowire_wakes \d+$/m)
})

const send = (hostname: string, port: number, bytes: number, chunk: number) =>
  Effect.flatMap(
    connect({ hostname, port }),
    (socket) => Stream.run(inChunks(pattern(bytes), chunk), sink(socket)),
  )

const reasons = [
  "small",
  "local",
  "copied",
  "probing",
  "nobufs",
  "unsupported",
  "disabled",
  "unowned",
  "isolate",
] as const

const read = Effect.gen(function* () {
  const copied = { small: 0, local: 0 } as Record<typeof reasons[number], number>
  for (const reason of reasons) copied[reason] = yield* count(metrics.copiedBytes(reason))
  return {
    copied,
    accepted: yield* count(metrics.acceptedBytes),
    zerocopy: yield* count(metrics.zerocopyBytes),
    kernelCopied: yield* count(metrics.kernelCopiedBytes),
    unverified: yield* count(metrics.unverifiedBytes),
    quarantined: yield* count(metrics.quarantinedBytes),
    inFlight: (yield* Metric.value(metrics.inFlightBytes)).value,
    open: (yield* Metric.value(metrics.openSockets)).value,
    opened: yield* count(metrics.openedSockets),
  }
})

type Figures = Effect.Success<typeof read>

const sum = ({ copied, zerocopy, kernelCopied, unverified, quarantined, inFlight }: Figures) =>
  Object.values(copied).reduce((a, b) => a + b, 0) +
  zerocopy + kernelCopied + unverified + quarantined + inFlight

const count = (metric: Metric.Counter<number>) =>
  Effect.map(Metric.value(metric), ({ count }) => count)
