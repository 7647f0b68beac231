import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import { describe, test } from "node:test"
import { connect, type ConnectOptions, type Socket, ZerowireError } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }

describe("with memory in flight", options, () => {
  test("close waits for it when the network comes back", options, async () => {
    const { lab, peer, socket } = await inFlight()
    using _lab = lab
    await using _peer = peer
    const closing = socket.close()
    await setTimeout(300)
    assert.ok(
      socket.stats().zerocopy.inFlightIds > 0,
      "nothing was in flight: the test proves nothing",
    )
    lab.heal()
    assert.deepEqual(await closing, { released: pieces, byProof: 0, quarantined: 0 })
    assert.equal((await peer.received).sha256, patternHash(totalBytes))
  })

  test("close resets the connection if the peer stays away, with proof", options, async () => {
    const { lab, peer, socket } = await inFlight({ closeTimeout: 300 })
    using _lab = lab
    await using _peer = peer
    const failure = await socket.close().then(() => undefined, (reason) => reason)
    assert.ok(failure instanceof ZerowireError && failure.reason._tag === "ConnectionLost")
    assert.equal(failure.reason.code, "ETIMEDOUT")
    const report = await socket.abort()
    assert.ok(report.byProof > 0)
    assert.equal(report.quarantined, 0)
    assert.equal(socket.stats().held, 0)
  })

  test("abort gives it back at once, with proof", options, async () => {
    const { lab, peer, socket } = await inFlight()
    using _lab = lab
    await using _peer = peer
    const report = await socket.abort()
    assert.ok(report.byProof > 0)
    assert.equal(report.quarantined, 0)
    assert.equal(socket.stats().held, 0)
  })

  test("abort waits for packets that look for the peer's hardware address", options, async () => {
    using lab = new Lab()
    const { a, b } = lab
    await using peer = await Peer.start((command) => lab.spawn(b, command), b.ipv4)
    const target = { hostname: b.ipv4, port: peer.port }
    const socket = await a.namespace.inside(() => connect(target))
    b.namespace.run("ip", "address", "del", `${b.ipv4}/24`, "dev", b.device)
    a.namespace.run("ip", "neighbour", "del", b.ipv4, "dev", a.device)
    const writer = socket.writable.getWriter()
    await writer.write(pattern(0, chunkBytes))
    const neighbour = () => a.namespace.run("ip", "neighbour", "show", b.ipv4, "dev", a.device)
    while (!neighbour().includes("INCOMPLETE")) await setTimeout(10)
    // The reset does not empty the queue of the neighbour table, and a second look-up may follow.
    const report = await socket.abort()
    assert.deepEqual(report, { released: 0, byProof: 1, quarantined: 0 })
    assert.equal(socket.stats().held, 0)
  })

  test("a reset by the peer releases it, and the error says what is unknown", options, async () => {
    using lab = new Lab()
    const spawn = (command: readonly string[]) => lab.spawn(lab.b, command)
    await using peer = await Peer.start(spawn, lab.b.ipv4, "paused")
    const socket = await lab.a.namespace.inside(() =>
      connect({ hostname: lab.b.ipv4, port: peer.port })
    )
    const writer = socket.writable.getWriter()
    const writing = (async () => {
      for (let at = 0;; at += 65_536) await writer.write(pattern(at, 65_536))
    })()
    await setTimeout(300)
    peer.reset()
    const failure = await writing.then(() => undefined, (reason) => reason)
    assert.ok(failure instanceof ZerowireError)
    assert.equal(failure.reason._tag, "ConnectionLost")
    await assert.rejects(socket.close(), ZerowireError)
    assert.equal(socket.stats().held, 0)
    assert.equal(socket.stats().zerocopy.inFlightIds, 0)
  })

  test("a FIN from the peer does not affect it", options, async () => {
    const { lab, peer, socket } = await inFlight({}, (peer) => peer.end())
    using _lab = lab
    await using _peer = peer
    lab.heal()
    assert.deepEqual(await socket.close(), { released: pieces, byProof: 0, quarantined: 0 })
    assert.equal((await peer.received).sha256, patternHash(totalBytes))
  })
})

/** As long as a slot: shorter chunks may share one, and count as one piece. */
const chunkBytes = 65_536
const pieces = 8
const totalBytes = pieces * chunkBytes

/** A connection whose bytes were accepted and cannot arrive. */
async function inFlight(
  options: Partial<ConnectOptions> = {},
  before: (peer: Peer) => void = () => {},
): Promise<{ lab: Lab; peer: Peer; socket: Socket }> {
  const lab = new Lab()
  const peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
  const target = { ...options, hostname: lab.b.ipv4, port: peer.port }
  const socket = await lab.a.namespace.inside(() => connect(target))
  before(peer)
  await setTimeout(100)
  lab.blackhole()
  const writer = socket.writable.getWriter()
  for (let i = 0; i < pieces; i++) await writer.write(pattern(i * chunkBytes, chunkBytes))
  await setTimeout(100)
  return { lab, peer, socket }
}
