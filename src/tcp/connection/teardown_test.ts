import { test } from "node:test"
import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import { connect } from "../open/connect_socket.ts"
import type { Socket } from "../socket.ts"
import { simulate } from "../../testing.ts"
import { ending, pattern, PlainServer, receiveAll } from "../../../test/plain_peer.ts"
import { libcIsMissing, needsLibc } from "../../../test/libc.ts"
import { withPlainPeer, withSilentPeer } from "../../../test/closing_peers.ts"

test("close reports how many pieces of memory came back, and how", needsLibc, async () => {
  // A file of `deno test` may end before its process, so its chunks would be copied to slots, as are chunks
  // that are not borrowed. Several of them may share a slot.
  const options = { zerocopy: "always", ownership: "borrow", pinHeap: true } as const
  await withPlainPeer(options, async (socket, peer) => {
    const received = receiveAll(peer)
    const writer = socket.writable.getWriter()
    for (let i = 0; i < 10; i++) await writer.write(pattern(100_000, i))
    const report = await socket.close()
    assert.deepEqual(report, { released: 10, byProof: 0, quarantined: 0 })
    assert.equal((await received).byteLength, 1_000_000)
  })
})

test("close returns the same promise each time, and disposal waits for it", async () => {
  await withPlainPeer({}, async (socket) => {
    const closed = socket.close()
    assert.equal(socket.close(), closed)
    await socket[Symbol.asyncDispose]()
    assert.equal(await socket.close(), await closed)
  })
})

test("await using closes at the end of the block", async () => {
  await using server = await PlainServer.open()
  let ended: Promise<string>
  {
    await using socket = await connect({ port: server.port })
    ended = ending(await server.accepted())
    await socket.writable.getWriter().write(pattern(10))
  }
  assert.equal(await ended, "fin")
})

test(
  "abort gives what is in flight back by proof, while the peer reads nothing",
  needsLibc,
  async () => {
    await withSilentPeer({ zerocopy: "always" }, async (socket) => {
      await fill(socket)
      assert.ok(socket.stats().inFlightBytes > 0)
      const report = await socket.abort()
      assert.ok(report.byProof > 0)
      assert.equal(report.quarantined, 0)
      assert.equal(socket.stats().inFlightBytes, 0)
      assert.equal(socket.stats().held, 0)
    })
  },
)

test("abort can be called twice, and close after it gives the same report", async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket) => {
    await fill(socket)
    const [first, second, third] = await Promise.all([
      socket.abort(),
      socket.abort(),
      socket.close(),
    ])
    assert.equal(first.byProof > 0, !libcIsMissing)
    assert.deepEqual(second, first)
    assert.deepEqual(third, first)
  })
})

test("abort of the writable, of the socket and close can all be under way at once", async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket) => {
    await fill(socket)
    const [, first, second] = await Promise.all([
      socket.writable.abort(new Error("enough")),
      socket.close(),
      socket.abort(),
    ])
    assert.equal(first.byProof > 0, !libcIsMissing)
    assert.deepEqual(second, first)
  })
})

test("close after an abort of the writable returns the report, even while a write waits", async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket) => {
    const writer = socket.writable.getWriter()
    const write = assert.rejects(writer.write(pattern(32 << 20)))
    while (socket.stats().acceptedBytes === 0) {
      await setTimeout(1)
    }
    const aborted = writer.abort(new Error("enough"))
    const report = await socket.close()
    assert.equal(report.byProof > 0, !libcIsMissing)
    await Promise.all([aborted, write])
  })
})

test("abort ends a close that waits for a peer that reads nothing", async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket) => {
    await fill(socket)
    const closed = failureOf(socket.close())
    const report = await socket.abort()
    assert.equal(report.byProof > 0, !libcIsMissing)
    assert.equal((await closed).reason._tag, "Aborted")
  })
})

test("close resets when the peer takes nothing for closeTimeout, and says what is lost", async () => {
  await withSilentPeer({ zerocopy: "always", closeTimeout: 50 }, async (socket, peer) => {
    await fill(socket)
    const failure = await failureOf(socket.close())
    assert.ok(failure.reason._tag === "ConnectionLost")
    assert.equal(failure.reason.code, "ETIMEDOUT")
    assert.ok(failure.reason.progress.unsentBytes > 0)
    assert.equal(socket.stats().held, 0)
    await assert.rejects(new Response(peer.readable).bytes())
  })
})

test("a socket that is closed refuses writes and reads", async () => {
  await withPlainPeer({}, async (socket) => {
    const read = socket.readable.getReader().read()
    const writer = socket.writable.getWriter()
    await Promise.all([
      assert.rejects(read, /^ZerowireError: Cannot receive: the socket is closed/),
      socket.close(),
    ])
    await assert.rejects(writer.write(pattern(1)), {
      message: /^Cannot send: the socket is closed/,
    })
  })
})

test("a readable that is first used after close says that the socket is closed", async () => {
  await withPlainPeer({}, async (socket) => {
    await socket.close()
    const failure = await failureOf(socket.readable.getReader().read())
    assert.equal(failure.reason._tag, "SocketClosed")
    await assert.rejects(socket.writable.getWriter().write(pattern(1)), { message: /closed/ })
  })
})

test("close waits closeTimeout from the last progress of the peer, at most a tenth longer", async () => {
  // Where the time between two looks is just above a power of two, they are late by most.
  for (const closeTimeout of [10_000, 8200]) {
    for (const resumed of [100, 500]) await closesInTime(closeTimeout, resumed)
  }
})

for (const zerocopy of ["never", "always"] as const) {
  test(`close waits for the acknowledgement of what was sent, zerocopy: ${zerocopy}`, async () => {
    const simulation = simulate()
    const peer = simulation.peer()
    await simulation.run(async () => {
      const socket = await simulation.connect({ ...peer, zerocopy })
      simulation.link.blackhole = true
      await socket.writable.getWriter().write(pattern(30_000))
      let closed = false
      const closing = socket.close().then(() => closed = true)
      await simulation.sleep(3000)
      assert.equal(closed, false)
      simulation.link.blackhole = false
      await closing
      assert.equal(peer.connection.receivedBytes, 30_000)
    })
  })
}

/** Writes until bytes have to wait. */
async function fill(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  while (socket.stats().queuedBytes === 0) {
    writer.write(pattern(1 << 20)).catch(() => {})
    await setTimeout(1)
  }
  writer.releaseLock()
}

async function closesInTime(closeTimeout: number, resumed: number): Promise<void> {
  const simulation = simulate()
  const peer = simulation.peer({ receiving: false })
  await simulation.run(async () => {
    const socket = await simulation.connect({
      hostname: peer.hostname,
      port: peer.port,
      closeTimeout,
    })
    await socket.writable.getWriter().write(pattern(1 << 20))
    const closed = failureOf(socket.close())
    await simulation.sleep(resumed)
    peer.connection.resume()
    while (peer.connection.receivedBytes === 0) await simulation.sleep(1)
    simulation.link.blackhole = true
    const since = simulation.now
    assert.equal((await closed).reason._tag, "ConnectionLost")
    const waited = simulation.now - since
    assert.ok(waited >= closeTimeout && waited <= 1.1 * closeTimeout, `${waited} ms`)
  })
}
