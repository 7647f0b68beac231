import assert from "node:assert/strict"
import { test } from "node:test"
import { connect } from "../../src/mod.ts"
import { PlainServer, receiveAll } from "../plain_peer.ts"

test(
  "a producer that always has a chunk lets timers run meanwhile",
  { timeout: 60_000 },
  async () => {
    await using server = await PlainServer.open()
    // A stream accepts chunks below its mark without a turn.
    await using socket = await connect({ port: server.port, highWaterMark: 100 })
    const receiving = receiveAll(await server.accepted())
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    let given = 0
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        // It takes seconds until then.
        if (ticks >= 10 || given === 1_000_000) return controller.close()
        given++
        controller.enqueue(Uint8Array.of(1))
      },
    })
    await source.pipeTo(socket.writable)
    clearInterval(timer)
    assert.ok(ticks >= 10, `a timer of 1 ms ran ${ticks} times while ${given} chunks were sent`)
    assert.equal((await receiving).length, given)
  },
)
