import { test } from "node:test"
import assert from "node:assert/strict"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import { connect } from "../open/connect_socket.ts"
import { listen } from "../open/listen.ts"
import { errno } from "../../kernel/port.ts"
import type { SocketOptions } from "../options.ts"
import type { Socket } from "../socket.ts"
import { simulate } from "../../testing.ts"
import {
  ending,
  pattern,
  PlainServer,
  type PlainSocket,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { libcIsMissing, needsLibc } from "../../../test/libc.ts"

test("close reports how many pieces of memory came back, and how", needsLibc, async () => {
  // A file of `deno test` may end before its process, so its chunks would be copied to slots.
  const options = { zerocopy: "always", ownership: "transfer", pinHeap: true } as const
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

test("two sides that close over what they have not read both end well", async () => {
  await withSilentPeer({ zerocopy: "always" }, async (socket, peer) => {
    const writers = [socket, peer].map(({ writable }) => writable.getWriter())
    // More than the buffers of both sides hold.
    for (const writer of writers) writer.write(pattern(16 << 20)).catch(() => {})
    while (socket.stats().queuedBytes === 0) await setTimeout(1)
    const reports = await Promise.all([socket.close(), peer.close()])
    for (const report of reports) assert.equal(report.byProof + report.quarantined, 0)
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

test("close waits closeTimeout from the last progress of the peer, at most a tenth longer", async () => {
  const simulation = simulate()
  const peer = simulation.peer({ receiving: false })
  await simulation.run(async () => {
    const socket = await simulation.connect({
      hostname: peer.hostname,
      port: peer.port,
      closeTimeout: 10_000,
    })
    await socket.writable.getWriter().write(pattern(1 << 20))
    const closed = failureOf(socket.close())
    await simulation.sleep(100)
    peer.connection.resume()
    while (peer.connection.receivedBytes === 0) await simulation.sleep(1)
    simulation.link.blackhole = true
    const since = simulation.now
    assert.equal((await closed).reason._tag, "ConnectionLost")
    const waited = simulation.now - since
    assert.ok(waited >= 10_000 && waited <= 11_000, `${waited} ms`)
  })
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

test("unread received bytes do not turn the FIN of close into a reset", async () => {
  await withPlainPeer({}, async (socket, peer) => {
    peer.write(pattern(200_000))
    await peer.write("more")
    await socket.readable.getReader().read()
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(1_000_000))
    const closed = socket.close()
    assert.equal(sha256(await received), sha256(pattern(1_000_000)))
    peer.end()
    await closed
  })
})

test("what was not read does not turn the FIN into a reset where all was acknowledged before close", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const { hostname, port } = peer
  await simulation.run(async () => {
    const socket = await simulation.connect({ hostname, port })
    await socket.writable.getWriter().write(pattern(50_000))
    peer.connection.send(pattern(30_000))
    await simulation.sleep(1000)
    assert.equal(peer.connection.receivedBytes, 50_000)
    await Promise.all([socket.close(), simulation.sleep(500).then(() => peer.connection.end())])
    await simulation.sleep(1000)
    assert.equal(peer.connection.lost, false)
    assert.equal(peer.connection.ended, true)
  })
})

test("what was not read does not make a reset of close where the FIN was acknowledged before", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const { hostname, port } = peer
  await simulation.run(async () => {
    const socket = await simulation.connect({ hostname, port })
    await socket.closeWrite()
    peer.connection.send(pattern(30_000))
    await simulation.sleep(1000)
    await Promise.all([socket.close(), simulation.sleep(500).then(() => peer.connection.end())])
    await simulation.sleep(1000)
    assert.equal(peer.connection.lost, false)
    assert.equal(peer.connection.ended, true)
  })
})

test("a peer that is still sending during close gets all bytes and a FIN", async () => {
  await withPlainPeer({}, async (socket, peer) => {
    // Like a client that still uploads when the server has already answered.
    const sending = setInterval(() => peer.write(pattern(1000)), 1)
    peer.write(pattern(100_000))
    await socket.readable.getReader().read()
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(2_000_000))
    const closed = socket.close()
    assert.equal(sha256(await received), sha256(pattern(2_000_000)))
    clearInterval(sending)
    peer.end()
    await closed
  })
})

test("a peer that sends for ever does not keep close from ending", async () => {
  await withPlainPeer({}, async (socket, peer) => {
    const chunk = pattern(1 << 20)
    const send = (failure?: Error | null) => {
      if (!failure) peer.write(chunk, send)
    }
    send()
    await socket.readable.getReader().read()
    await socket.close()
    peer.destroy()
  })
})

test("a peer that has sent something and then goes silent does not keep close from ending", async () => {
  await withPlainPeer({}, async (socket, peer) => {
    peer.write(pattern(100_000))
    await socket.readable.getReader().read()
    const ended = ending(peer)
    await socket.close()
    assert.equal(await ended, "fin")
  })
})

test("when both sides have sent their FIN, close is no error", async () => {
  await withPlainPeer({}, async (socket, peer) => {
    peer.end("bye")
    const ended = ending(peer)
    assert.equal(await new Response(socket.readable).text(), "bye")
    await socket.closeWrite()
    assert.equal(await ended, "fin")
    if (!peer.closed) await once(peer, "close")
    assert.deepEqual(await socket.close(), { released: 0, byProof: 0, quarantined: 0 })
  })
})

async function withPlainPeer(
  options: SocketOptions,
  body: (socket: Socket, peer: PlainSocket) => Promise<void>,
): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  await body(socket, await server.accepted())
  await socket.abort()
}

/** A peer that reads nothing unless told to. */
async function withSilentPeer(
  options: SocketOptions,
  body: (socket: Socket, peer: Socket) => Promise<void>,
): Promise<void> {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const socket = await connect({ port: listener.addr.port, ...options })
  const peer = await listener.accept()
  await body(socket, peer)
  await socket.abort()
  await peer.abort()
}

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

/** Writes until bytes have to wait. */
async function fill(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  while (socket.stats().queuedBytes === 0) {
    writer.write(pattern(1 << 20)).catch(() => {})
    await setTimeout(1)
  }
  writer.releaseLock()
}
