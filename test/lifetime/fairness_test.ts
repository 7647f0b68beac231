import assert from "node:assert/strict"
import { test } from "node:test"
import { connect } from "../../src/mod.ts"
import { PlainServer, receiveAll } from "../plain_peer.ts"

test(
  "a producer that always has a chunk lets timers run meanwhile",
  { timeout: 60_000 },
  async () => {
    await using server = await PlainServer.open()
    await using socket = await connect({ port: server.port })
    const receiving = receiveAll(await server.accepted())
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    let left = 200_000
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => left-- > 0 ? controller.enqueue(Uint8Array.of(1)) : controller.close(),
    })
    await source.pipeTo(socket.writable)
    clearInterval(timer)
    assert.ok(ticks > 5, `a timer of 1 ms ran ${ticks} times`)
    assert.equal((await receiving).length, 200_000)
  },
)
