import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Socket } from "../../src/tcp/socket.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { PieceWatch } from "./piece_watch.ts"
import { anyWorld, size } from "./plan.ts"
import { Producer } from "./producer.ts"

test(
  "however two sockets close, both end and keep nothing",
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(anyWorld(), leaver, leaver, async (world, one, other) => {
        const simulation = simulate({ seed: world.seed, limits: world.limits })
        const pieces = new PieceWatch(simulation.stack)
        await simulation.run(async () => {
          const listener = await simulation.listen({ port: 80, ...one.options })
          const [client, server] = await Promise.all([
            simulation.connect({ hostname: "198.51.100.80", port: 80, ...other.options }),
            listener.accept(),
          ])
          listener.close()
          Object.assign(simulation.link, world.link)
          Object.assign(simulation.faults, world.faults)
          await Promise.all([leave(simulation, client, other), leave(simulation, server, one)])
        })
        await simulation.settle()
        checkNothingIsKept(simulation, pieces)
      }),
      { numRuns: 200 },
    ),
)

interface Leaver {
  readonly options: {
    readonly zerocopy: "auto" | "always"
    readonly highWaterMark: number
    readonly closeTimeout: number
  }
  readonly writes: readonly number[]
  /** How many chunks it receives, and whether it tells its stream that it wants no more. */
  readonly reads: number
  readonly cancels: boolean
  /** Milliseconds until it leaves. */
  readonly after: number
  readonly how: "close" | "closeWrite" | "abort" | "abortWriter" | "closeWriter"
}

const leaver: fc.Arbitrary<Leaver> = fc.record({
  options: fc.record({
    zerocopy: fc.constantFrom("auto", "always"),
    highWaterMark: fc.constantFrom(0, 1024 * 1024, 8 * 1024 * 1024),
    closeTimeout: fc.constantFrom(0, 100, 30_000),
  }),
  writes: fc.array(size(300_000), { maxLength: 12, size: "max" }),
  reads: fc.constantFrom(0, 1, 5, Infinity),
  cancels: fc.boolean(),
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1000 })),
  how: fc.constantFrom("close", "closeWrite", "abort", "abortWriter", "closeWriter"),
})

async function leave(simulation: Simulation, socket: Socket, leaver: Leaver): Promise<void> {
  const { writes, after, how } = leaver
  const writer = socket.writable.getWriter()
  // A stream that nobody closes need not end when its socket does.
  writer.closed.catch(() => {})
  const producer = new Producer(0)
  const waits = [
    read(socket, leaver),
    ...writes.map((bytes) => writer.write(producer.next(bytes, "whole").bytes)),
  ]
  const settled = Promise.allSettled(waits)
  await simulation.sleep(after)
  const left = {
    close: () => socket.close(),
    closeWrite: () => socket.closeWrite(),
    abort: () => socket.abort(),
    abortWriter: () => writer.abort(),
    closeWriter: () => writer.close(),
  }[how]()
  // A peer that does not receive holds up the end of a stream for as long as it likes.
  await Promise.race([left.catch(() => {}), simulation.sleep(1000)])
  await socket.close().catch(() => {})
  await Promise.allSettled([left])
  await settled
}

async function read({ readable }: Socket, { reads, cancels }: Leaver): Promise<void> {
  const reader = readable.getReader()
  for (let i = 0; i < reads; i++) if ((await reader.read()).done) return
  if (cancels) await reader.cancel()
}

function checkNothingIsKept(simulation: Simulation, pieces: PieceWatch): void {
  const { stack } = simulation
  const { openFiles, lockedPages, untoldIds } = simulation.stats()
  assert.deepEqual(simulation.violations, [])
  assert.deepEqual([pieces.early, pieces.twice, pieces.quarantined], [0, 0, 0])
  assert.equal(pieces.released, pieces.taken)
  assert.deepEqual([openFiles, lockedPages, untoldIds], [0, 0, 0])
  assert.deepEqual([stack.slab.leased, stack.reactor.size, stack.couriers.busy], [0, 0, 0])
}
