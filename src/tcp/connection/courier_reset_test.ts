import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { courierObstacle, inCourierCall } from "../../../test/courier_call.ts"

describe("while a courier sends", { skip: courierObstacle() }, () => {
  test("abort sends a reset, and no FIN before it", async () => {
    await inCourierCall(async (socket, peer) => {
      const aborted = socket.abort()
      assert.equal(await peer.ending(), "reset")
      assert.equal((await aborted).quarantined, 0)
    })
  })

  test("the address of this side outlives a reset, though nobody asked for it before", async () => {
    await inCourierCall(async (socket, peer) => {
      await socket.abort()
      assert.equal(socket.localAddr.hostname, "127.0.0.1")
      assert.equal(socket.localAddr.port, peer.port)
    })
  })
})
