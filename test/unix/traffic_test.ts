/**
 * Bytes over Unix domain sockets, with `node:net` or Zerowire at the other end.
 *
 * @module
 */
import assert from "node:assert/strict"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { connect as netConnect, createServer, type Socket as NetSocket } from "node:net"
import { test } from "node:test"
import { connect, type DirectSocket, fileStream, listen, type Socket } from "../../src/mod.ts"
import { failureOf } from "../failure.ts"
import { pattern, receiveAll } from "../plain_peer.ts"
import { SocketFolder } from "./folder.ts"

const options = { timeout: 60_000 }
const megabytes = 8 * 1024 * 1024

/** A listener on a path, and a connection to it of `node:net`. */
async function accepted(folder: SocketFolder, more: { readonly zerocopy?: "always" } = {}) {
  const path = folder.file()
  const listener = await listen({ path, ...more })
  const accepting = listener.accept()
  const peer = netConnect({ path, allowHalfOpen: true })
  peer.on("error", () => {})
  return { listener, peer, socket: await accepting }
}

test("bytes of a socket arrive whole, all are copied, and `stats` says why", options, async () => {
  for (const zerocopy of [undefined, "always"] as const) {
    using folder = new SocketFolder()
    const { listener, peer, socket } = await accepted(folder, zerocopy && { zerocopy })
    const received = receiveAll(peer)
    const bytes = pattern(megabytes)
    await new Blob([bytes]).stream().pipeTo(socket.writable)
    assert.deepEqual(await received, bytes)
    peer.end()
    const { zerocopyBytes, kernelCopiedBytes, copiedBytes, reasons } = socket.stats()
    assert.deepEqual([zerocopyBytes, kernelCopiedBytes, copiedBytes], [0, 0, megabytes])
    assert.equal(reasons.unsupported, megabytes)
    await socket.close()
    listener.close()
  }
})

test("bytes of the peer arrive whole, and its end ends the stream", options, async () => {
  using folder = new SocketFolder()
  const { listener, peer, socket } = await accepted(folder)
  const bytes = pattern(megabytes)
  peer.end(bytes)
  assert.deepEqual(new Uint8Array(await new Response(socket.readable).arrayBuffer()), bytes)
  await socket.close()
  listener.close()
})

test("connect reaches a server of node:net", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const server = createServer({ allowHalfOpen: true }).listen(path)
  await once(server, "listening")
  const accepting = once(server, "connection")
  const socket = await connect({ path })
  const [peer] = await accepting as [NetSocket]
  const received = receiveAll(peer)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode("hello"))
  await writer.close()
  assert.equal(new TextDecoder().decode(await received), "hello")
  peer.end("world")
  assert.equal(await new Response(socket.readable).text(), "world")
  await socket.close()
  server.close()
})

test("handlers serve a path, and their answers come whole", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const listener = await listen({
    path,
    socket: {
      data: (socket, bytes) => void socket.write(bytes),
      end: (socket) => socket.end(),
    },
  })
  const answer = Promise.withResolvers<string>()
  let text = ""
  await connect({
    path,
    socket: {
      open: (socket: DirectSocket) => socket.end(new TextEncoder().encode("echo")),
      data: (_: DirectSocket, bytes: Uint8Array) => void (text += new TextDecoder().decode(bytes)),
      close: () => answer.resolve(text),
    },
  })
  assert.equal(await answer.promise, "echo")
  listener.close()
})

test("the kernel sends files and relays to Unix domain sockets", options, async () => {
  using folder = new SocketFolder()
  const bytes = pattern(megabytes)
  const file = folder.file("file")
  writeFileSync(file, bytes)
  const front = folder.file("front")
  const back = folder.file("back")
  const sent: Socket[] = []
  await using source = await listen({ path: back }, async (socket) => {
    sent.push(socket)
    await fileStream(file).pipeTo(socket.writable)
  })
  await using relay = await listen({ path: front }, async (socket) => {
    sent.push(socket)
    const upstream = await connect({ ...source.addr })
    await upstream.readable.pipeTo(socket.writable)
    await upstream.close()
  })
  await using client = await connect({ ...relay.addr })
  assert.deepEqual(new Uint8Array(await new Response(client.readable).arrayBuffer()), bytes)
  const moved = sent.map((socket) => socket.stats())
  assert.equal(moved.reduce((sum, { fileBytes }) => sum + fileBytes, 0), megabytes)
  assert.equal(moved.reduce((sum, { relayedBytes }) => sum + relayedBytes, 0), megabytes)
})

test("a peer that reads nothing ends in writeTimeout, and so does a close", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const server = createServer((peer) => void peer.pause().on("error", () => {})).listen(path)
  await once(server, "listening")
  const timed = await connect({ path, writeTimeout: 50 })
  const lost = await failureOf(timed.sendFrom(new Blob([pattern(megabytes)]).stream()))
  assert.equal(lost.reason._tag, "TimedOut")
  await timed.abort()
  const closing = await connect({ path, closeTimeout: 50 })
  const write = closing.writable.getWriter().write(pattern(megabytes))
  write.catch(() => {})
  const { reason } = await failureOf(closing.close())
  assert.equal(reason._tag, "ConnectionLost")
  server.close()
})
