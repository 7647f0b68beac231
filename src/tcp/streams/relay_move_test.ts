import assert from "node:assert/strict"
import { test } from "node:test"
import { joined, pattern, sha256 } from "../../../test/plain_peer.ts"
import type { Socket } from "../../mod.ts"
import { type Peer, simulate, type Simulation, type SimulationOptions } from "../../testing.ts"

interface Relay {
  readonly simulation: Simulation
  readonly source: Peer
  readonly from: Socket
  readonly sink: Peer
  readonly to: Socket
}

async function relaying(
  options: SimulationOptions,
  body: (relay: Relay) => Promise<void>,
): Promise<void> {
  const simulation = simulate(options)
  const [source, sink] = [simulation.peer(), simulation.peer()]
  await simulation.run(async () => {
    const from = await simulation.connect(source)
    // A stream with room asks for more while bytes are on their way.
    const to = await simulation.connect({ ...addressOf(sink), highWaterMark: 4 * 1024 * 1024 })
    await simulation.sleep(1)
    await body({ simulation, source, from, sink, to })
    await Promise.all([from.abort(), to.abort()])
  })
}

const small = { sendBuffer: 100_000, receiveBuffer: 100_000 }

test("a source that has ended gives what a lost sink has not accepted", async () => {
  await relaying({ limits: small }, async ({ simulation, source, from, sink, to }) => {
    const contents = pattern(90_000)
    sink.connection.stall()
    const writer = to.writable.getWriter()
    await writer.write(pattern(150_000))
    writer.releaseLock()
    source.connection.send(contents)
    source.connection.end()
    const piping = from.readable.pipeTo(to.writable, { preventCancel: true }).catch(() => {})
    await simulation.sleep(100)
    const { relayedBytes } = to.stats()
    assert.ok(relayedBytes < contents.byteLength)
    sink.connection.reset()
    await piping
    assert.equal(
      sha256(await everything(from.readable)),
      sha256(contents.subarray(to.stats().relayedBytes)),
    )
  })
})

test("a relay lets the event loop turn though there are always bytes and room", async () => {
  await relaying({}, async ({ simulation, from, to }) => {
    const { kernel } = simulation
    // Otherwise a courier takes over after some MiB.
    Object.assign(kernel, { isolateEnd: "thread" })
    let left = 24 * 1024 * 1024
    kernel.fillPipe = (_writeEnd, _fd, count) => {
      const n = Math.min(count, left)
      left -= n
      return n
    }
    kernel.drainPipe = (_readEnd, _fd, count) => count
    const piping = from.readable.pipeTo(to.writable)
    while (to.stats().relayedBytes === 0) await new Promise((run) => setImmediate(run))
    assert.ok(left > 0)
    await piping
    assert.equal(left, 0)
  })
})

const addressOf = ({ hostname, port }: Peer) => ({ hostname, port })

async function everything(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of readable) parts.push(part)
  return joined(parts)
}
