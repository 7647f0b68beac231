import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../../src/testing.ts"

// What the properties have found, each in the fewest words that show it.

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

const mebibyte = 1024 * 1024
