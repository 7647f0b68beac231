import assert from "node:assert/strict"
import { test } from "node:test"
import { pattern, sha256 } from "../../../test/plain_peer.ts"
import { everything, movedBy, type Relays, watchRelays } from "../../../test/watched_relays.ts"
import { errno } from "../../kernel/port.ts"
import type { Socket, SocketOptions } from "../../mod.ts"
import { type Peer, simulate, type Simulation } from "../../testing.ts"
import { insideOf } from "../socket.ts"

const long = pattern(40_000_000)
const contents = long.subarray(0, 20_000_000)

test("a relay that is busy goes by a courier, and arrives whole", async () => {
  await relaying(async ({ simulation, source, from, sink, to, calls }) => {
    source.connection.send(contents)
    source.connection.end()
    await from.readable.pipeTo(to.writable)
    await to.close()
    assert.ok(calls.length > 0, "no courier was used")
    assert.ok(movedBy(calls) > contents.byteLength / 2, `${movedBy(calls)} bytes`)
    assert.equal(to.stats().relayedBytes, contents.byteLength)
    assert.equal(from.stats().receivedBytes, contents.byteLength)
    assert.equal(sha256(sink.connection.received), sha256(contents))
    assert.equal(simulation.stack.couriers.busy, 0)
  })
})

test("a signal during a courier's relay loses no byte and sends none twice", async () => {
  await relaying(async (relay) => {
    const { simulation, source, from, sink, to, calls } = relay
    source.connection.send(long)
    source.connection.end()
    for (let i = 1; i <= 2; i++) {
      const abort = new AbortController()
      const stopped = assert.rejects(
        from.readable.pipeTo(to.writable, {
          ...{ signal: abort.signal, preventAbort: true, preventCancel: true },
        }),
        /enough/,
      )
      await untilAway(relay)
      await simulation.sleep(2)
      const { now } = simulation
      abort.abort(new Error("enough"))
      await stopped
      assert.ok(simulation.now < now + 10, "it was not ended")
      assert.equal(calls.length, i)
      assert.equal(from.readable.locked, false)
      assert.equal(simulation.stack.couriers.busy, 0)
    }
    const { acceptedBytes } = to.stats()
    assert.ok(acceptedBytes > 0 && acceptedBytes < long.byteLength, `${acceptedBytes}`)
    await from.readable.pipeTo(to.writable)
    await to.close()
    assert.equal(sha256(sink.connection.received), sha256(long))
  })
})

test("a sink that is lost leaves the rest to the source's stream, and is waited for", async () => {
  await relaying(async (relay) => {
    const { simulation, source, from, to } = relay
    source.connection.send(contents)
    source.connection.end()
    const piping = assert.rejects(
      from.readable.pipeTo(to.writable, { preventCancel: true }),
      /ECONNRESET/,
    )
    await untilAway(relay)
    await simulation.sleep(2)
    // As when an event tells of it while the courier's call goes on.
    insideOf(to).connection.lose(errno.ECONNRESET)
    await piping
    assert.equal(insideOf(to).connection.queue.away, false)
    const rest = await everything(from.readable)
    assert.equal(sha256(rest), sha256(contents.subarray(to.stats().relayedBytes)))
  })
})

test("a source that is reset during a courier's relay fails the pipe: it is no end", async () => {
  await relaying(async (relay) => {
    const { source, from, sink, to } = relay
    source.connection.send(contents)
    const piping = assert.rejects(from.readable.pipeTo(to.writable), /ECONNRESET/)
    await untilAway(relay)
    source.connection.reset()
    await piping
    await to.abort()
    assert.equal(sink.connection.ended, false)
  })
})

for (const which of ["from", "to"] as const) {
  test(`an abort of the socket that ${which === "from" ? "receives" : "sends"} ends a courier's relay`, async () => {
    await relaying(async (relay) => {
      const { simulation, source, from, to } = relay
      source.connection.send(contents)
      const piping = assert.rejects(from.readable.pipeTo(to.writable))
      await untilAway(relay)
      await relay[which].abort()
      await piping
      assert.equal(simulation.stack.couriers.busy, 0)
      await Promise.all([from.abort(), to.abort()])
      assert.equal(simulation.stats().openFiles, 0)
    })
  })
}

test("a source that is closed throws nothing away before its courier has returned", async () => {
  await relaying(async (relay) => {
    const { simulation, source, from, sink, to, calls } = relay
    const { kernel } = simulation
    const { receive } = kernel
    let early = 0
    kernel.receive = (fd, ...rest) => {
      if (fd === insideOf(from).connection.fd && calls.at(-1) === undefined) early++
      return receive.call(kernel, fd, ...rest)
    }
    source.connection.send(contents)
    const piping = assert.rejects(from.readable.pipeTo(to.writable, { preventAbort: true }))
    await untilAway(relay)
    await simulation.sleep(2)
    const closing = from.close().catch(() => {})
    await piping
    source.connection.end()
    await closing
    assert.equal(early, 0, "the sink would get bytes from behind a hole")
    await to.close()
    const { received } = sink.connection
    assert.equal(sha256(received), sha256(contents.subarray(0, received.byteLength)))
  })
})

test("a relay that holds a courier for long gives it to a socket that needs one", async () => {
  await relaying(async (relay) => {
    const { simulation, source, from, to } = relay
    source.connection.send(contents)
    const feeding = keepFed(simulation, source)
    const abort = new AbortController()
    const piping = from.readable.pipeTo(to.writable, { signal: abort.signal }).catch(() => {})
    await untilAway(relay)
    const { couriers } = simulation.stack
    const other = () => ({ calling: true, askBack() {}, surrender: () => assert.fail("calling") })
    for (let i = 0; i < 3; i++) assert.ok(couriers.take(other()))
    assert.equal(couriers.take(other()), undefined)
    await simulation.sleep(300)
    // The first one that finds no courier after that asks for one; the next one gets it.
    assert.equal(couriers.take(other()), undefined)
    await simulation.sleep(1)
    assert.ok(couriers.take(other()))
    abort.abort()
    await piping
    await feeding.end()
  })
})

test("sockets whose bytes a courier moves are not idle", async () => {
  const short = { idleTimeout: 100, readTimeout: 100, writeTimeout: 100 }
  await relaying(async ({ simulation, source, from, to, calls }) => {
    const feeding = keepFed(simulation, source)
    source.connection.send(contents)
    const piping = from.readable.pipeTo(to.writable, { preventClose: true })
    while (calls.at(-1) === undefined || simulation.now < 1000) await simulation.sleep(20)
    await feeding.end()
    source.connection.end()
    await piping
    assert.equal(to.stats().relayedBytes, from.stats().receivedBytes)
  }, short)
})

test("an isolate that may end before its process has no courier relay", async () => {
  await relaying(async ({ simulation, source, from, sink, to, calls }) => {
    Object.assign(simulation.kernel, { isolateEnd: "restart" })
    source.connection.send(contents)
    source.connection.end()
    await from.readable.pipeTo(to.writable)
    await to.close()
    assert.equal(calls.length, 0)
    assert.equal(sha256(sink.connection.received), sha256(contents))
  })
})

interface Relay {
  readonly simulation: Simulation
  readonly source: Peer
  readonly from: Socket
  readonly sink: Peer
  readonly to: Socket
  readonly calls: Relays
}

/** Runs `body` with two connections over a link that is fast enough for a courier. */
async function relaying(
  body: (relay: Relay) => Promise<void>,
  options: SocketOptions = {},
): Promise<void> {
  const limits = { sendBuffer: 1_000_000, receiveBuffer: 1_000_000 }
  const simulation = simulate({ link: { latency: 0.5 }, limits })
  const calls = watchRelays(simulation.kernel)
  const [source, sink] = [simulation.peer(), simulation.peer()]
  await simulation.run(async () => {
    const from = await simulation.connect({ ...addressOf(source), ...options })
    const to = await simulation.connect({ ...addressOf(sink), ...options })
    await simulation.sleep(1)
    await body({ simulation, source, from, sink, to, calls })
    await Promise.all([from.abort(), to.abort()])
  })
  simulation.checkMemory()
}

const addressOf = ({ hostname, port }: Peer) => ({ hostname, port })

async function untilAway({ simulation, to }: Relay): Promise<void> {
  while (!insideOf(to).connection.queue.away) await simulation.sleep(1)
}

/** Sends a little now and then, so that no courier finds the relay idle. */
function keepFed(simulation: Simulation, { connection }: Peer): { end(): Promise<void> } {
  let over = false
  const feeding = (async () => {
    while (!over) {
      connection.send(pattern(100))
      await simulation.sleep(20)
    }
  })()
  return { end: () => (over = true, feeding) }
}
