import { test } from "node:test"
import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import { connect } from "../open/connect_socket.ts"
import { listen } from "../open/listen.ts"
import { errno } from "../../kernel/port.ts"
import type { Socket } from "../socket.ts"
import { simulate } from "../../testing.ts"
import { pattern } from "../../../test/plain_peer.ts"
import { libcIsMissing, needsLibc } from "../../../test/libc.ts"
import { withSilentPeer } from "../../../test/closing_peers.ts"

for (const zerocopy of ["always", "never"] as const) {
  test(`a reset half-way is ConnectionLost with the known numbers (zerocopy: "${zerocopy}")`, async () => {
    await withSilentPeer({ zerocopy }, async (socket, peer) => {
      const writer = socket.writable.getWriter()
      let written = 0
      const writes: Promise<unknown>[] = []
      while (socket.stats().queuedBytes === 0) {
        writes.push(writer.write(pattern(1 << 20)).catch((error) => error))
        written += 1 << 20
        await setTimeout(1)
      }
      await peer.abort()
      const failure = await failureOf(writer.closed)
      assert.ok(failure.reason._tag === "ConnectionLost")
      const { code, progress } = failure.reason
      assert.equal(code, "ECONNRESET")
      assert.equal(progress.acceptedBytes, socket.stats().acceptedBytes)
      assert.equal(progress.acceptedBytes + progress.unsentBytes, written)
      assert.ok(progress.unknownBytes > 0 && progress.unknownBytes <= progress.acceptedBytes)
      assert.match(failure.message, /^Connection lost: ECONNRESET after \d+ bytes were accepted/)
      await Promise.all(writes)
      assert.equal(await failureOf(socket.close()), failure)
      assert.equal(socket.stats().held, 0)
    })
  })
}

test(
  "a reset while bytes are in flight is noticed though nobody writes or reads",
  needsLibc,
  async () => {
    await withSilentPeer({ zerocopy: "always" }, async (socket, peer) => {
      const writer = await inFlight(socket)
      await peer.abort()
      // Nobody waits for the socket, so it must not keep the process alive.
      const alive = setInterval(() => {}, 1000)
      const failure = await failureOf(writer.closed)
      clearInterval(alive)
      assert.equal(failure.reason._tag, "ConnectionLost")
    })
  },
)

test("a reset that comes while close waits for the peer fails the close", needsLibc, async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket, peer) => {
    await inFlight(socket)
    const closed = failureOf(socket.close())
    await setTimeout(20)
    await peer.abort()
    const failure = await closed
    assert.ok(failure.reason._tag === "ConnectionLost")
    assert.ok(failure.reason.progress.unknownBytes > 0)
    assert.equal(failure.reason.progress.unsentBytes, 0)
  })
})

test("close fails when what went by copy is never acknowledged", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, zerocopy: "never", closeTimeout: 5000 })
    simulation.link.blackhole = true
    await socket.writable.getWriter().write(pattern(30_000))
    const { reason } = await failureOf(socket.close())
    assert.ok(reason._tag === "ConnectionLost")
    assert.equal(reason.code, "ETIMEDOUT")
    assert.equal(reason.progress.unknownBytes, 30_000)
  })
})

for (const zerocopy of ["never", "always"] as const) {
  test(`close fails when a reset comes before the FIN was acknowledged, zerocopy: ${zerocopy}`, async () => {
    const simulation = simulate()
    const peer = simulation.peer({ receiving: false })
    await simulation.run(async () => {
      const socket = await simulation.connect({ ...peer, zerocopy })
      await socket.writable.getWriter().write(pattern(10_000))
      await simulation.sleep(3)
      const closing = failureOf(socket.close())
      // The bytes have come, and the FIN has not.
      await simulation.sleep(4)
      peer.connection.reset()
      const { reason } = await closing
      assert.ok(reason._tag === "ConnectionLost")
      assert.equal(reason.progress.unknownBytes, 0)
    })
  })
}

test("a reset fails the close at once, though its notifications come late", async () => {
  const simulation = simulate({ faults: { lateNotification: 1 } })
  const peer = simulation.peer({ receiving: false })
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, zerocopy: "always", closeTimeout: 10_000 })
    await socket.writable.getWriter().write(pattern(200_000))
    const closed = failureOf(socket.close())
    await simulation.sleep(100)
    peer.connection.reset()
    const since = simulation.now
    const { reason } = await closed
    assert.ok(reason._tag === "ConnectionLost")
    assert.equal(reason.code, "ECONNRESET")
    assert.ok(simulation.now - since < 1000, `${simulation.now - since} ms`)
  })
})

test("close succeeds if the peer has everything, but no room for the FIN", async () => {
  const simulation = simulate({ limits: { receiveBuffer: 30_000 } })
  const peer = simulation.peer({ receiving: false })
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, zerocopy: "never", closeTimeout: 5000 })
    await socket.writable.getWriter().write(pattern(30_000))
    await socket.close()
  })
})

test(
  "if the peer acknowledges nothing for closeTimeout, the accepted bytes are unknown",
  needsLibc,
  async () => {
    await withSilentPeer({ zerocopy: "always", closeTimeout: 50 }, async (socket) => {
      await inFlight(socket)
      const failure = await failureOf(socket.close())
      assert.ok(failure.reason._tag === "ConnectionLost")
      assert.equal(failure.reason.code, "ETIMEDOUT")
      assert.ok(failure.reason.progress.unknownBytes > 0)
      const report = await socket.abort()
      assert.ok(report.byProof > 0)
      assert.equal(report.quarantined, 0)
    })
  },
)

test("a reset that nobody has noticed yet fails the close when bytes are lost", async () => {
  await withSilentPeer({ zerocopy: "never" }, async (socket, peer) => {
    const writer = socket.writable.getWriter()
    const write = writer.write(pattern(3_000_000))
    await write
    const aborted = peer.abort()
    // The reset has arrived by now, and no turn has passed in which it could have been seen.
    const failure = await failureOf(socket.close())
    assert.ok(failure.reason._tag === "ConnectionLost")
    await aborted
  })
})

test("a reset that a read has noticed fails the close at once if bytes are lost", async () => {
  await withSilentPeer({ zerocopy: "never" }, async (socket, peer) => {
    await socket.writable.getWriter().write(pattern(3_000_000))
    const aborted = peer.abort()
    // The read gets the error before an event can tell of it.
    const lost = await failureOf(socket.readable.getReader().read())
    assert.equal(await failureOf(socket.close()), lost)
    await aborted
  })
})

test("a reset by a peer that has read everything, and got no FIN, fails the close on either side", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const { port } = listener.addr
  const options = { port, zerocopy: "always", ownership: "transfer", pinHeap: true } as const
  // No runtime tells what the peer has acknowledged.
  const unknown = libcIsMissing ? 100_000 : 0
  for (const side of [0, 1]) {
    const pair = [await connect(options), await listener.accept()]
    const [socket, peer] = [pair[side], pair[1 - side]]
    await socket.writable.getWriter().write(pattern(100_000))
    const reader = peer.readable.getReader()
    for (let left = 100_000; left > 0;) left -= (await reader.read()).value?.byteLength ?? left
    await peer.abort()
    const { reason } = await failureOf(socket.close())
    assert.equal(reason._tag === "ConnectionLost" && reason.code, "ECONNRESET")
    assert.equal(reason._tag === "ConnectionLost" && reason.progress.unknownBytes, unknown)
    assert.equal(socket.stats().held, 0)
  }
})

test(
  "a reset after the FIN was acknowledged does not fail the close, on either side",
  needsLibc,
  async () => {
    await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
    const { port } = listener.addr
    for (const side of [0, 1]) {
      const pair = [await connect({ port }), await listener.accept()]
      const [socket, peer] = [pair[side], pair[1 - side]]
      await socket.writable.getWriter().write(pattern(100_000))
      await socket.closeWrite()
      await new Response(peer.readable).bytes()
      await peer.abort()
      assert.equal((await socket.close()).quarantined, 0)
    }
  },
)

for (const [bytes, zerocopy] of [[10, "auto"], [100_000, "never"]] as const) {
  test(`a close fails if a reset comes just before the first ${bytes} bytes`, async () => {
    const simulation = simulate()
    await simulation.run(async () => {
      const peer = simulation.peer()
      const socket = await simulation.connect({ ...peer, zerocopy, ownership: "transfer" })
      const { sendBytes } = simulation.kernel
      simulation.kernel.sendBytes = () => -errno.ECONNRESET
      const written = socket.writable.getWriter().write(pattern(bytes)).catch(() => {})
      const { reason } = await failureOf(socket.close())
      simulation.kernel.sendBytes = sendBytes
      await written
      assert.ok(reason._tag === "ConnectionLost", reason._tag)
      assert.deepEqual(reason.progress, { acceptedBytes: 0, unknownBytes: 0, unsentBytes: bytes })
    })
  })
}

test("a reset by a peer to whom nothing was written does not fail the close", async () => {
  await withSilentPeer({}, async (socket, peer) => {
    await peer.abort()
    await assert.rejects(socket.readable.getReader().read(), { message: /ECONNRESET/ })
    assert.deepEqual(await socket.close(), { released: 0, byProof: 0, quarantined: 0 })
  })
})

/**
 * Writes more than the peer's buffer holds, and less than both buffers hold: all of it is accepted, but
 * not all arrives.
 */
async function inFlight(socket: Socket): Promise<WritableStreamDefaultWriter<Uint8Array>> {
  const writer = socket.writable.getWriter()
  writer.closed.catch(() => {})
  await writer.write(pattern(1 << 20))
  while (socket.stats().queuedBytes > 0) await setTimeout(1)
  assert.ok(socket.stats().inFlightBytes > 0)
  return writer
}
