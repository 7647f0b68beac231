import { test } from "node:test"
import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import { withPlainPeer } from "../../../test/closing_peers.ts"
import { pattern, receiveAll, sha256 } from "../../../test/plain_peer.ts"

test("a thread that was blocked for longer than closeTimeout does not end a close", async () => {
  await withPlainPeer({ closeTimeout: 400 }, async (socket, peer) => {
    const received = receiveAll(peer)
    const sent = socket.sendFrom(twoParts(pattern(2000)))
    const closed = socket.close()
    await setTimeout(100)
    // The second part is due when this ends.
    for (const end = performance.now() + 600; performance.now() < end;);
    await Promise.all([sent, closed])
    assert.equal(sha256(await received), sha256(pattern(2000)))
  })
})

const twoParts = (bytes: Uint8Array) =>
  new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.slice(0, 1000))
      await setTimeout(300)
      controller.enqueue(bytes.slice(1000))
      controller.close()
    },
  })
