import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import fc from "fast-check"
import { sink } from "../../src/effect.ts"
import type { SendSlab } from "../../src/memory/send_slab.ts"
import { slabOn } from "../../src/stack/create_slab.ts"
import type { Socket } from "../../src/tcp/socket.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { anyWorld, size, sometimes, type World } from "./plan.ts"
import { Producer } from "./producer.ts"

test(
  "any mix of calls, without waiting, arrives in the order of the calls",
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(anyWorld(), fc.array(call, { minLength: 1, maxLength: 12 }), end, run),
      { numRuns: 150 },
    ),
)

const ways = ["write", "lease", "chunks", "buffers", "sink"] as const

interface Call {
  readonly way: typeof ways[number]
  readonly bytes: number
  /** Virtual milliseconds until the next call; most come in the same turn. */
  readonly pause: number
}

const call: fc.Arbitrary<Call> = fc.record({
  way: fc.constantFrom(...ways),
  bytes: size(300_000),
  pause: sometimes(30),
})

const ends = ["close", "closeWrite", "writable.close"] as const
const end = fc.constantFrom(...ends)

async function run(world: World, calls: readonly Call[], end: typeof ends[number]): Promise<void> {
  const simulation = simulate({ seed: world.seed, limits: world.limits })
  const peer = simulation.peer()
  const producer = new Producer(3)
  await simulation.run(async () => {
    using slab = slabOn(simulation.stack, { slotBytes: 300_000, slots: calls.length })
    const { hostname, port } = peer
    const socket = await simulation.connect({ hostname, port, zerocopy: "always", threshold: 4096 })
    Object.assign(simulation.link, world.link)
    Object.assign(simulation.faults, world.faults)
    await make(simulation, socket, slab, producer, calls, end)
    await socket.close()
  })
  assert.equal(peer.connection.receivedBytes, producer.made)
  assert.equal(producer.firstWrong(peer.connection.received), -1)
  assert.equal(peer.connection.ended, true)
  simulation.checkMemory()
}

/** Makes all calls, and waits for none of them before the last is made. */
async function make(
  simulation: Simulation,
  socket: Socket,
  slab: SendSlab,
  producer: Producer,
  calls: readonly Call[],
  end: typeof ends[number],
): Promise<void> {
  const writer = socket.writable.getWriter()
  const results: Promise<unknown>[] = []
  for (const { way, bytes, pause } of calls) {
    const chunk = producer.next(bytes, "whole").bytes as Uint8Array<ArrayBuffer>
    results.push(start(simulation, socket, writer, slab, way, chunk))
    if (pause > 0) await simulation.sleep(pause)
  }
  if (end === "writable.close") results.push(writer.close())
  else if (end === "closeWrite") results.push(socket.closeWrite())
  else results.push(socket.close())
  await Promise.all(results)
}

function start(
  simulation: Simulation,
  socket: Socket,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  slab: SendSlab,
  way: Call["way"],
  chunk: Uint8Array<ArrayBuffer>,
): Promise<unknown> {
  switch (way) {
    case "write":
      return writer.write(chunk)
    case "lease": {
      const lease = slab.leaseNow() ?? assert.fail("no slot is free")
      lease.bytes.set(chunk)
      return socket.send(lease, chunk.byteLength).accepted
    }
    case "chunks":
      return socket.sendFrom(inParts(simulation, chunk))
    case "buffers":
      return socket.sendFrom(inParts(simulation, chunk, "bytes"))
    case "sink": {
      const parts = Stream.fromReadableStream({
        evaluate: () => inParts(simulation, chunk),
        onError: (cause) => cause,
      })
      return Effect.runPromise(Stream.run(parts, sink(socket, { endOnDone: false })))
    }
  }
}

/** In three parts, each some milliseconds after the one before. */
function inParts(
  simulation: Simulation,
  bytes: Uint8Array<ArrayBuffer>,
  type?: "bytes",
): ReadableStream<Uint8Array> {
  const third = Math.ceil(bytes.byteLength / 3)
  let from = 0
  const pull = async (controller: ReadableStreamController<Uint8Array>) => {
    await simulation.sleep(2)
    if (from >= bytes.byteLength) return controller.close()
    controller.enqueue(bytes.slice(from, from += third))
  }
  return type === undefined ? new ReadableStream({ pull }) : new ReadableStream({
    type,
    async pull(controller) {
      await pull(controller)
      if (from >= bytes.byteLength) controller.byobRequest?.respond(0)
    },
  })
}
