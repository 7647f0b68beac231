import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Socket } from "../../src/mod.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { RelayPace } from "../../src/tcp/streams/relay_pace.ts"
import { anyWorld, size, sometimes, type World } from "./plan.ts"
import { Producer } from "./producer.ts"

test(
  "a relay loses no byte and repeats none, whatever was read, stopped, written and stalled on the way",
  { timeout: 120_000 },
  () => fc.assert(fc.asyncProperty(anyWorld(), fc.array(step, { maxLength: 10 }), run), options),
)

test(
  "the same when couriers move the bytes, however few they are",
  { timeout: 120_000 },
  async () => {
    const busy = Object.getOwnPropertyDescriptor(RelayPace.prototype, "busy") as PropertyDescriptor
    Object.defineProperty(RelayPace.prototype, "busy", { ...busy, get: () => true })
    try {
      await fc.assert(fc.asyncProperty(anyWorld(), fc.array(step, { maxLength: 10 }), run), options)
    } finally {
      Object.defineProperty(RelayPace.prototype, "busy", busy)
    }
  },
)

const options = { numRuns: 100 }

/** What happens to the streams and the peers; each waits for the one before. */
type Step =
  /** The source gives so many bytes more. */
  | { readonly do: "give"; readonly bytes: number }
  | { readonly do: "write"; readonly bytes: number }
  | { readonly do: "read"; readonly bytes: number; readonly leaves: boolean }
  /** Pipes until so many virtual milliseconds have passed, and stops in the middle. */
  | { readonly do: "pipe"; readonly millis: number }
  | { readonly do: "pause"; readonly millis: number }
  | { readonly do: "stall" | "resume" }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("give" as const), bytes: size(300_000) }) },
  fc.record({ do: fc.constant("write" as const), bytes: size(20_000) }),
  fc.record({
    do: fc.constant("read" as const),
    bytes: fc.integer({ min: 1, max: 100_000 }),
    leaves: fc.boolean(),
  }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pipe" as const), millis: fc.nat(60) }) },
  fc.record({ do: fc.constant("pause" as const), millis: sometimes(100) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("stall" as const, "resume" as const) }) },
)

async function run(world: World, steps: readonly Step[]): Promise<void> {
  const simulation = simulate({ seed: world.seed, limits: world.limits })
  const [source, sink] = [simulation.peer(), simulation.peer()]
  const relay = new Relay(simulation, () => source.connection, () => sink.connection)
  await simulation.run(async () => {
    const from = await simulation.connect({ hostname: source.hostname, port: source.port })
    const to = await simulation.connect({ hostname: sink.hostname, port: sink.port })
    Object.assign(simulation.link, world.link)
    Object.assign(simulation.faults, world.faults)
    // A BYOB read that is given up before a stream has begun keeps all later ones from its source: the
    // standard's (ReadableByteStreamControllerPullInto, step 10), as both runtimes have it.
    assert.equal(from.readable.locked, false)
    await simulation.sleep(1)
    await relay.act(from, to, steps)
    await Promise.all([from.close(), to.close()])
  })
  const all = joined(relay.expected)
  const { received } = sink.connection
  assert.equal(received.byteLength, all.byteLength)
  assert.equal(received.findIndex((byte, i) => byte !== all[i]), -1)
  assert.equal(sink.connection.ended, true)
  assert.equal(simulation.stats().openFiles, 0)
  simulation.checkMemory()
}

type Peer = ReturnType<Simulation["peer"]>["connection"]

class Relay {
  /** What the sink is to get, in order. */
  readonly expected: Uint8Array[] = []
  readonly #simulation: Simulation
  readonly #source: () => Peer
  readonly #sink: () => Peer
  readonly #given = new Producer(5)
  readonly #written = new Producer(9)
  /** What the source gave, and was neither read nor moved. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(simulation: Simulation, source: () => Peer, sink: () => Peer) {
    this.#simulation = simulation
    this.#source = source
    this.#sink = sink
  }

  async act(from: Socket, to: Socket, steps: readonly Step[]): Promise<void> {
    this.#give(1000)
    for (const step of steps) await this.#do(from, to, step)
    this.#sink().resume()
    this.#source().end()
    await from.readable.pipeTo(to.writable)
    this.expected.push(this.#rest)
    assert.ok(to.stats().relayedBytes <= from.stats().receivedBytes)
  }

  async #do(from: Socket, to: Socket, step: Step): Promise<void> {
    switch (step.do) {
      case "give":
        return this.#give(step.bytes)
      case "write": {
        // Who writes waits for room.
        this.#sink().resume()
        const { bytes } = this.#written.next(step.bytes, "whole")
        this.expected.push(bytes.slice())
        const writer = to.writable.getWriter()
        await writer.write(bytes)
        return writer.releaseLock()
      }
      case "read": {
        if (this.#rest.byteLength === 0) return
        const reader = from.readable.getReader({ mode: "byob" })
        const read = reader.read(new Uint8Array(step.bytes))
        if (step.leaves) reader.releaseLock()
        this.#take((await read.catch(() => undefined))?.value?.byteLength ?? 0)
        return step.leaves ? undefined : reader.releaseLock()
      }
      case "pipe":
        return await this.#pipe(from, to, step.millis)
      case "pause":
        return await this.#simulation.sleep(step.millis)
      case "stall":
        return this.#sink().stall()
      case "resume":
        return this.#sink().resume()
    }
  }

  async #pipe(from: Socket, to: Socket, millis: number): Promise<void> {
    const taken = () => to.stats().acceptedBytes + to.stats().queuedBytes
    const before = taken()
    const abort = new AbortController()
    const piping = from.readable.pipeTo(to.writable, {
      signal: abort.signal,
      preventAbort: true,
      preventCancel: true,
      preventClose: true,
    }).catch((reason) => assert.equal(reason, "stopped"))
    await Promise.race([piping, this.#simulation.sleep(millis)])
    abort.abort("stopped")
    await piping
    const moved = taken() - before
    this.expected.push(this.#rest.subarray(0, moved))
    this.#take(moved)
  }

  #give(length: number): void {
    // A peer that is told to send nothing never sends again.
    if (length === 0) return
    const { bytes } = this.#given.next(length, "whole")
    this.#source().send(bytes)
    this.#rest = joined([this.#rest, bytes])
  }

  #take(length: number): void {
    this.#rest = this.#rest.subarray(length)
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}
