import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { connect, listen, type Socket } from "../../src/mod.ts"
import { pattern, PlainServer, type PlainSocket } from "../plain_peer.ts"
import { untilNobodyLooks } from "./quiet.ts"

const options = { timeout: 30_000 }

test("whoever waits again is woken again", options, async () => {
  await withPeer(async (socket, peer) => {
    const reader = socket.readable.getReader()
    for (let i = 0; i < 5; i++) {
      const reading = reader.read()
      // By now a thread is parked, and nothing but the peer can end the wait.
      await sleep(20)
      peer.write(new Uint8Array([i]))
      assert.deepEqual((await reading).value, new Uint8Array([i]))
    }
    reader.releaseLock()
  })
})

test("a socket on which a read waits is not looked at until something comes", options, async () => {
  await withPeer(async (socket) => {
    const reader = socket.readable.getReader()
    const reading = reader.read().catch(() => undefined)
    await untilNobodyLooks()
    await socket.abort()
    await reading
  })
})

test("sockets with handlers are not looked at while nothing happens", options, async () => {
  const answered = Promise.withResolvers<void>()
  const listener = await listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket, bytes) => void socket.write(bytes) },
  })
  const socket = await connect({
    port: listener.addr.port,
    socket: { open: (socket) => void socket.write(pattern(10)), data: () => answered.resolve() },
  })
  await answered.promise
  await untilNobodyLooks()
  await socket.close()
  listener.close()
})

test("bytes that nobody reads do not wake a writer that waits for room", options, async () => {
  await withPeer(async (socket, peer) => {
    peer.pause()
    peer.write(pattern(1000))
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    const writing = writer.write(pattern(32_000_000)).catch(() => undefined)
    for (let before = -1; before !== socket.stats().acceptedBytes;) {
      before = socket.stats().acceptedBytes
      await sleep(300)
    }
    assert.ok(socket.stats().queuedBytes > 0)
    // The kernel probes the closed window now and then, more and more rarely.
    await untilNobodyLooks()
    await socket.abort()
    await writing
  })
})

async function withPeer(body: (socket: Socket, peer: PlainSocket) => Promise<void>): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, zerocopy: "always" })
  const peer = await server.accepted()
  await body(socket, peer)
  await socket.abort()
  peer.destroy()
}
