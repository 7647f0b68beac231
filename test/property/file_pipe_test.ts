import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import fc from "fast-check"
import { fileStream, type Socket } from "../../src/mod.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { giveFiles, runWithFiles } from "../simulated_files.ts"
import { anyWorld, size, sometimes, type World } from "./plan.ts"
import { Producer } from "./producer.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-pipe-"))
after(() => rmSync(folder, { recursive: true }))

test(
  "a file that is piped arrives whole and in its place, whatever was read, stopped and written on the way",
  { timeout: 120_000 },
  () => fc.assert(fc.asyncProperty(anyWorld(), fc.array(step, { maxLength: 8 }), run), options),
)

const options = { numRuns: 60 }

/** What a program does with the stream and the socket; each waits for the one before. */
type Step =
  | { readonly do: "write"; readonly bytes: number }
  | { readonly do: "read"; readonly bytes: number; readonly leaves: boolean }
  /** Pipes until so many virtual milliseconds have passed, and stops in the middle. */
  | { readonly do: "pipe"; readonly millis: number }
  | { readonly do: "pause"; readonly millis: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("write" as const), bytes: size(200_000) }),
  fc.record({
    do: fc.constant("read" as const),
    bytes: fc.integer({ min: 1, max: 100_000 }),
    leaves: fc.boolean(),
  }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pipe" as const), millis: fc.nat(60) }) },
  fc.record({ do: fc.constant("pause" as const), millis: sometimes(100) }),
)

async function run(world: World, steps: readonly Step[]): Promise<void> {
  const simulation = simulate({ seed: world.seed, limits: world.limits })
  giveFiles(simulation.kernel)
  const peer = simulation.peer()
  const path = join(folder, "contents")
  const contents = new Producer(5).next(600_000, "whole").bytes
  writeFileSync(path, contents)
  /** What the peer is to get, in order. */
  const expected: Uint8Array[] = []
  await runWithFiles(simulation, async () => {
    const { hostname, port } = peer
    const socket = await simulation.connect({ hostname, port, zerocopy: "always", threshold: 4096 })
    Object.assign(simulation.link, world.link)
    Object.assign(simulation.faults, world.faults)
    await act(simulation, socket, path, contents, steps, expected)
    await socket.close()
  })
  const all = new Uint8Array(expected.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of expected) {
    all.set(part, at)
    at += part.byteLength
  }
  const { received } = peer.connection
  assert.equal(received.byteLength, all.byteLength)
  assert.equal(received.findIndex((byte, i) => byte !== all[i]), -1)
  assert.equal(peer.connection.ended, true)
  simulation.checkMemory()
}

async function act(
  simulation: Simulation,
  socket: Socket,
  path: string,
  contents: Uint8Array,
  steps: readonly Step[],
  expected: Uint8Array[],
): Promise<void> {
  const written = new Producer(9)
  const stream = fileStream(path)
  // A BYOB read that is given up before the stream has begun keeps all later ones from its source: the
  // standard's (ReadableByteStreamControllerPullInto, step 10), as both runtimes have it.
  await simulation.sleep(1)
  /** Bytes of the file that are neither read nor sent. */
  let position = 0
  for (const step of steps) {
    switch (step.do) {
      case "write": {
        const { bytes } = written.next(step.bytes, "whole")
        expected.push(bytes.slice())
        const writer = socket.writable.getWriter()
        await writer.write(bytes)
        writer.releaseLock()
        break
      }
      case "read": {
        // Nor may one be given up while the source is still answering the one before: the stream then never
        // asks the source for it, and all later ones wait behind it (the same step).
        if (step.leaves) await simulation.sleep(1)
        const reader = stream.getReader({ mode: "byob" })
        const read = reader.read(new Uint8Array(step.bytes))
        // One that leaves may have been served by then: with what an earlier one had left behind.
        if (step.leaves) reader.releaseLock()
        position += (await read.catch(() => undefined))?.value?.byteLength ?? 0
        if (!step.leaves) reader.releaseLock()
        break
      }
      case "pipe": {
        const abort = new AbortController()
        const { acceptedBytes, queuedBytes } = socket.stats()
        const before = acceptedBytes + queuedBytes
        const piping = stream.pipeTo(socket.writable, {
          signal: abort.signal,
          preventAbort: true,
          preventCancel: true,
          preventClose: true,
        }).catch((reason) => assert.equal(reason, "stopped"))
        await Promise.race([piping, simulation.sleep(step.millis)])
        abort.abort("stopped")
        await piping
        const after = socket.stats()
        const moved = after.acceptedBytes + after.queuedBytes - before
        expected.push(contents.subarray(position, position += moved))
        break
      }
      case "pause":
        await simulation.sleep(step.millis)
    }
  }
  await stream.pipeTo(socket.writable)
  expected.push(contents.subarray(position))
}
