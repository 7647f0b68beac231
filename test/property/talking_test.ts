import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Socket } from "../../src/tcp/socket.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { PieceWatch } from "./piece_watch.ts"
import { anyWorld, type Shape, size, sometimes, type World } from "./plan.ts"
import { Producer } from "./producer.ts"

test(
  "two sockets that both send and receive get all of it, whatever the network does",
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(anyWorld(), speaker, speaker, async (world, one, other) => {
        const simulation = simulate({ seed: world.seed, limits: world.limits })
        const pieces = new PieceWatch(simulation.stack)
        await simulation.run(() => talk(simulation, world, one, other))
        await simulation.settle()
        checkRest(simulation, pieces)
      }),
      { numRuns: 150 },
    ),
)

interface Speaker {
  readonly writes: readonly { readonly bytes: number; readonly shape: Shape }[]
  /** Bytes of the buffer that is read into, 0 for a reader that brings none. */
  readonly readBytes: number
  /** Milliseconds after each of the first reads. */
  readonly readPause: number
  readonly threshold: number
}

const speaker: fc.Arbitrary<Speaker> = fc.record({
  writes: fc.array(
    fc.record({ bytes: size(300_000), shape: fc.constantFrom<Shape[]>("whole", "part") }),
    { maxLength: 12, size: "max" },
  ),
  readBytes: fc.constantFrom(0, 4096, 100_000),
  readPause: sometimes(20),
  threshold: fc.constantFrom(1, 16_384),
})

async function talk(
  simulation: Simulation,
  world: World,
  one: Speaker,
  other: Speaker,
): Promise<void> {
  const listener = await simulation.listen({
    port: 80,
    zerocopy: "always",
    threshold: other.threshold,
  })
  const [client, server] = await Promise.all([
    simulation.connect({
      hostname: "198.51.100.80",
      port: 80,
      zerocopy: "always",
      threshold: one.threshold,
    }),
    listener.accept(),
  ])
  Object.assign(simulation.link, world.link)
  Object.assign(simulation.faults, world.faults)
  const [sent, answered] = [new Producer(1), new Producer(2)]
  await Promise.all([
    speak(simulation, client, one, sent, answered),
    speak(simulation, server, other, answered, sent),
  ])
  listener.close()
}

/** Writes all there is and reads to the end at the same time, then closes. */
async function speak(
  simulation: Simulation,
  socket: Socket,
  { writes, readBytes, readPause }: Speaker,
  mine: Producer,
  theirs: Producer,
): Promise<void> {
  const write = async () => {
    const writer = socket.writable.getWriter()
    for (const { bytes, shape } of writes) {
      const chunk = mine.next(bytes, shape)
      await writer.write(chunk.bytes)
      chunk.reuse()
    }
    await writer.close()
  }
  const [received] = await Promise.all([
    readAll(socket, readBytes, async (reads) => {
      if (reads < slowReads && readPause > 0) await simulation.sleep(readPause)
    }),
    write(),
  ])
  // Both have sent their FIN: the other one has made all that it will make.
  assert.equal(received.byteLength, theirs.made)
  assert.equal(theirs.firstWrong(received), -1)
  const report = await socket.close()
  assert.equal(report.byProof + report.quarantined, 0)
}

async function readAll(
  { readable }: Socket,
  readBytes: number,
  pause: (reads: number) => Promise<void>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  if (readBytes === 0) {
    for await (const part of readable) {
      parts.push(part)
      await pause(parts.length)
    }
  } else {
    const reader = readable.getReader({ mode: "byob" })
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(readBytes))
      if (done) break
      parts.push(value)
      await pause(parts.length)
    }
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
}

const slowReads = 20

function checkRest(simulation: Simulation, pieces: PieceWatch): void {
  assert.deepEqual(simulation.violations, [])
  assert.deepEqual([pieces.early, pieces.twice, pieces.quarantined], [0, 0, 0])
  assert.equal(pieces.released, pieces.taken)
  const { openFiles, lockedPages, untoldIds } = simulation.stats()
  assert.deepEqual([openFiles, lockedPages, untoldIds], [0, 0, 0])
  assert.equal(simulation.stack.slab.leased, 0)
  assert.equal(simulation.stack.reactor.size, 0)
}
