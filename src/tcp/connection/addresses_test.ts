import assert from "node:assert/strict"
import { test } from "node:test"
import type { InetAddress, SocketAddress } from "../../kernel/port.ts"
import { PlainServer } from "../../../test/plain_peer.ts"
import { connect } from "../open/connect_socket.ts"
import { Addresses } from "./addresses.ts"

const addressOf = (address: string): InetAddress => ({ family: 4, address, port: 1, scope: 0 })

const inet = (address: SocketAddress | undefined) =>
  address?.family === "unix" ? address.path : address?.address

function make(local: string, peer: string | undefined) {
  const calls: string[] = []
  const addresses = new Addresses({
    localAddress: () => (calls.push("local"), addressOf(local)),
    peerAddress: () => (calls.push("peer"), peer === undefined ? undefined : addressOf(peer)),
  }, 7)
  return { addresses, calls }
}

test("each address is looked up once, the local one on demand", () => {
  const { addresses, calls } = make("192.0.2.1", "192.0.2.2")
  assert.deepEqual(calls, ["peer"])
  assert.equal(inet(addresses.peer), "192.0.2.2")
  for (let i = 0; i < 2; i++) assert.equal(inet(addresses.local), "192.0.2.1")
  addresses.settle()
  assert.deepEqual(calls, ["peer", "local"])
})

test("an address that nobody has requested is known after it was settled", () => {
  const { addresses, calls } = make("192.0.2.1", "192.0.2.2")
  addresses.settle()
  assert.equal(inet(addresses.local), "192.0.2.1")
  assert.equal(calls.length, 2)
})

test("the address of a socket outlives its reset, by either side, though nobody asked for it before", async () => {
  await using server = await PlainServer.open()
  for (const reset of ["abort", "peer"] as const) {
    const socket = await connect({ port: server.port })
    const peer = await server.accepted()
    const { remotePort } = peer
    if (reset === "peer") {
      peer.resetAndDestroy()
      await assert.rejects(socket.readable.getReader().read())
    }
    await socket.abort()
    assert.deepEqual(socket.localAddr, {
      transport: "tcp",
      hostname: "127.0.0.1",
      port: remotePort,
    })
    assert.equal(socket.remoteAddr.port, server.port)
  }
})

test("both ends are on one host over loopback, and if the addresses are equal", () => {
  for (const peer of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    const { addresses, calls } = make("192.0.2.1", peer)
    assert.equal(addresses.onOneHost, true, peer)
    assert.deepEqual(calls, ["peer"])
  }
  assert.equal(make("192.0.2.1", "192.0.2.1").addresses.onOneHost, true)
  assert.equal(make("192.0.2.1", "192.0.2.2").addresses.onOneHost, false)
  assert.equal(make("192.0.2.1", undefined).addresses.onOneHost, false)
})
