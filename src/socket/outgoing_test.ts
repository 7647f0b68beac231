import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../testing.ts"

for (const zerocopy of ["always", "never"] as const) {
  test(`what found no room goes out when there is some, though nobody waits for it (zerocopy: "${zerocopy}")`, async () => {
    const simulation = simulate({ limits: { ipcLock: true } })
    const peer = simulation.peer({ receiving: false })
    await simulation.run(async () => {
      const { hostname, port } = peer
      const socket = await simulation.connect({ hostname, port, zerocopy, highWaterMark: 4e6 })
      const writer = socket.writable.getWriter()
      for (let i = 0; i < 4; i++) await writer.write(new Uint8Array(500_000))
      await simulation.sleep(1000)
      assert.ok(socket.stats().queuedBytes > 1_000_000)
      peer.connection.resume()
      await simulation.sleep(60_000)
      assert.equal(socket.stats().queuedBytes, 0)
      assert.equal(peer.connection.receivedBytes, 2_000_000)
      await socket.close()
    })
  })
}
