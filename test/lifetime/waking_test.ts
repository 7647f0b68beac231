import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { connect, type Socket } from "../../src/mod.ts"
import { defaultEngine } from "../../src/socket/engine.ts"
import { pattern, PlainServer, type PlainSocket } from "../plain_peer.ts"

test("whoever waits again is woken again", async () => {
  await withPeer(async (socket, peer) => {
    const reader = socket.readable.getReader()
    for (let i = 0; i < 5; i++) {
      const reading = reader.read()
      // By now a thread is parked, and nothing but the peer can end the wait.
      await sleep(20)
      peer.write(new Uint8Array([i]))
      const clock = new AbortController()
      const late = sleep(5000, undefined, { signal: clock.signal }).catch(() => undefined)
      const read = await Promise.race([reading, late])
      clock.abort()
      assert.deepEqual(read?.value, new Uint8Array([i]), `nobody was woken the ${i + 1}. time`)
    }
    reader.releaseLock()
  })
})

test("a socket on which a read waits is not looked at until something comes", async () => {
  await withPeer(async (socket) => {
    const reader = socket.readable.getReader()
    const reading = reader.read().catch(() => undefined)
    await sleep(50)
    assert.ok(await looksIn(300) < 10)
    await socket.abort()
    await reading
  })
})

test("bytes that nobody reads do not wake whoever waits for room", async () => {
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
    // The kernel probes the closed window now and then.
    assert.ok(await looksIn(500) < 20)
    await socket.abort()
    await writing
  })
})

/** How often the reactor looks for events in so many milliseconds. */
async function looksIn(millis: number): Promise<number> {
  const { turnEnd } = defaultEngine().reactor
  const { run } = turnEnd
  let looks = 0
  turnEnd.run = (task) => {
    looks++
    run.call(turnEnd, task)
  }
  await sleep(millis)
  turnEnd.run = run
  return looks
}

async function withPeer(body: (socket: Socket, peer: PlainSocket) => Promise<void>): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, zerocopy: "always" })
  const peer = await server.accepted()
  await body(socket, peer)
  await socket.abort()
  peer.destroy()
}
