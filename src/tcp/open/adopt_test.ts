import assert from "node:assert/strict"
import { test } from "node:test"
import { connect, listen, type Socket } from "../../mod.ts"
import { hasConnected, wasAccepted } from "../connection/history.ts"
import { insideOf } from "../socket.ts"

test("each side begins with the count of acknowledged bytes that the kernel has", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  await using client = await connect({ port: listener.addr.port })
  await using server = await listener.accept()
  assert.equal(acknowledged(client), hasConnected.sentBefore)
  assert.equal(acknowledged(server), wasAccepted.sentBefore)
})

test("an accepted socket has TCP_NODELAY as its listener was told", async () => {
  for (const noDelay of [true, false]) {
    await using listener = await listen({ hostname: "127.0.0.1", port: 0, noDelay })
    await using _client = await connect({ port: listener.addr.port })
    await using server = await listener.accept()
    assert.equal(delay(server), noDelay ? 1 : 0)
    server.setNoDelay(!noDelay)
    assert.equal(delay(server), noDelay ? 0 : 1)
  }
})

function acknowledged(socket: Socket): number {
  const { connection: { stack, fd } } = insideOf(socket)
  return stack.kernel.acknowledgedBytes(fd)
}

function delay(socket: Socket): number {
  const { connection: { stack, fd } } = insideOf(socket)
  return stack.kernel.getOption(fd, "TCP_NODELAY")
}
