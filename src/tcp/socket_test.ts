import { test } from "node:test"
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "./open/connect_socket.ts"
import { listen } from "./open/listen.ts"
import { dial, pattern, PlainServer, receiveAll, sha256 } from "../../test/plain_peer.ts"

for (const hostname of ["127.0.0.1", "::1"]) {
  test(`both ends of a connection over ${hostname} know both addresses`, async () => {
    await using listener = await listen({ hostname, port: 0 })
    await using socket = await connect({ hostname, port: listener.addr.port })
    await using accepted = await listener.accept()

    assert.equal(socket.remoteAddr.transport, "tcp")
    assert.deepEqual(socket.remoteAddr, { transport: "tcp", hostname, port: listener.addr.port })
    assert.deepEqual(accepted.localAddr, socket.remoteAddr)
    assert.deepEqual(accepted.remoteAddr, socket.localAddr)
    assert.notEqual(socket.localAddr.port, 0)
  })
}

test("a listener on :: takes IPv4 peers too, under v4-mapped addresses", async () => {
  await using listener = await listen({ hostname: "::", port: 0 })
  const peer = await dial(listener.addr.port)
  await using accepted = await listener.accept()
  assert.equal(accepted.remoteAddr.hostname, "::ffff:127.0.0.1")
  assert.equal(accepted.remoteAddr.port, peer.localPort)

  const received = receiveAll(peer)
  await accepted.writable.getWriter().write(pattern(100_000))
  await accepted.closeWrite()
  assert.equal(sha256(await received), sha256(pattern(100_000)))
  peer.destroy()
})

test("a v4-mapped address can be connected to", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ hostname: "::ffff:127.0.0.1", port: server.port })
  assert.equal(socket.remoteAddr.hostname, "::ffff:127.0.0.1")
  assert.equal((await server.accepted()).remotePort, socket.localAddr.port)
})

test("a host name is looked up", async () => {
  await using server = await PlainServer.open("localhost")
  await using socket = await connect({ hostname: "localhost", port: server.port })
  assert.ok(["127.0.0.1", "::1"].includes(socket.remoteAddr.hostname))
  await using listener = await listen({ hostname: "localhost", port: 0 })
  assert.ok(["127.0.0.1", "::1"].includes(listener.addr.hostname))
})

test("an IPv6 address may stand in brackets", async () => {
  await using server = await PlainServer.open("::1")
  await using socket = await connect({ hostname: "[::1]", port: server.port })
  assert.equal(socket.remoteAddr.hostname, "::1")
})

test("without a host name, connect means this host and listen every IPv4 address", async () => {
  await using listener = await listen({ port: 0 })
  assert.equal(listener.addr.hostname, "0.0.0.0")
  await using socket = await connect({ port: listener.addr.port })
  assert.equal(socket.remoteAddr.hostname, "127.0.0.1")
})

test("bytes go both ways at once", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const peer = await server.accepted()
  peer.on("data", (part) => peer.write(part))
  peer.on("end", () => peer.end())

  const sent = pattern(3_000_000)
  const [echoed] = await Promise.all([
    new Response(socket.readable).bytes(),
    new Blob([sent]).stream().pipeTo(socket.writable),
  ])
  assert.equal(sha256(echoed), sha256(sent))
})

test("bytes written before and after the peer's FIN arrive", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const peer = await server.accepted()
  const received = receiveAll(peer)
  peer.end("bye")
  assert.equal(await new Response(socket.readable).text(), "bye")

  const writer = socket.writable.getWriter()
  await writer.write(pattern(200_000))
  await writer.close()
  assert.equal(sha256(await received), sha256(pattern(200_000)))
})

test("the peer can go on sending after closeWrite", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const peer = await server.accepted()
  const received = receiveAll(peer)
  await socket.writable.getWriter().write(pattern(1000))
  await socket.closeWrite()
  assert.equal((await received).byteLength, 1000)
  peer.end(pattern(500_000))
  const all = await new Response(socket.readable).bytes()
  assert.equal(sha256(all), sha256(pattern(500_000)))
})

test("closeWrite can be called twice, and again by the writer's close", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const received = receiveAll(await server.accepted())
  await Promise.all([socket.closeWrite(), socket.closeWrite()])
  await socket.writable.close()
  assert.equal((await received).byteLength, 0)
})

test("nothing can be written after closeWrite", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port, zerocopy: "always" })
  const received = receiveAll(await server.accepted())
  const writer = socket.writable.getWriter()
  await writer.write(pattern(6_000_000))
  const closed = socket.closeWrite()
  await assert.rejects(writer.write(pattern(10)), { message: /socket is closed/ })
  await closed
  assert.equal(sha256(await received), sha256(pattern(6_000_000)))
})

test("options of the socket can be set while it is open", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port, noDelay: false })
  socket.setNoDelay()
  socket.setKeepAlive()
  socket.setKeepAlive(false)
  socket.unref()
  socket.ref()
})

test("close sends what is queued, and a plain peer sees bytes and a FIN", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const peer = await dial(listener.addr.port)
  const socket = await listener.accept()
  const received = receiveAll(peer)
  const writer = socket.writable.getWriter()
  await writer.write(pattern(5_000_000))
  await writer.write(pattern(7, 2))
  await socket.close()
  const all = await received
  assert.equal(sha256(all.subarray(0, 5_000_000)), sha256(pattern(5_000_000)))
  assert.deepEqual(all.subarray(5_000_000), pattern(7, 2))
  peer.end()
  await once(peer, "close")
})
