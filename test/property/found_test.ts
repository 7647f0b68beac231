import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../../src/testing.ts"

// Bugs that the property tests have found, each in its shortest form.

test("a reader that waits while a courier sends does not spin", async () => {
  const simulation = simulate({ limits: { memlock: 64 * mebibyte } })
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect({
      hostname: peer.hostname,
      port: peer.port,
      zerocopy: "always",
      highWaterMark: 64 * mebibyte,
    })
    const reading = socket.readable.getReader().read()
    const writer = socket.writable.getWriter()
    for (let i = 0; i < 5; i++) writer.write(new Uint8Array(2 * mebibyte))
    await writer.close()
    peer.connection.end()
    assert.equal((await reading).done, true)
    await socket.close()
  })
  assert.equal(peer.connection.receivedBytes, 10 * mebibyte)
})

test("a chunk that is spread over slots frees all of them when the connection breaks", async () => {
  const simulation = simulate({ limits: { sendBuffer: 4 * mebibyte, memlock: 64 * mebibyte } })
  const peer = simulation.peer()
  const report = await simulation.run(async () => {
    const socket = await simulation.connect({
      hostname: peer.hostname,
      port: peer.port,
      zerocopy: "always",
    })
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    // The reset has arrived, and the program has not been told: its next call finds it, which is made
    // when 1 MiB is queued, in the middle of the chunk.
    peer.connection.reset()
    await simulation.sleep(100)
    await writer.write(new Uint8Array(2 * mebibyte).subarray(1))
    return await socket.abort()
  })
  assert.equal(report.quarantined, 0)
  assert.equal(simulation.stack.slab.leased, 0)
})

const mebibyte = 1024 * 1024
