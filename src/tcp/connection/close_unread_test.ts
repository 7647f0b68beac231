import { test } from "node:test"
import assert from "node:assert/strict"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import { simulate } from "../../testing.ts"
import { ending, pattern, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { withPlainPeer, withSilentPeer } from "../../../test/closing_peers.ts"

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
