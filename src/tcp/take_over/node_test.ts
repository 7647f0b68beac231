import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { connect as connectTls, TLSSocket } from "node:tls"
import { defaultStack } from "../../stack/default_stack.ts"
import { takeOver } from "./take_over.ts"
import { dial, joined, pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { refuses } from "../../../test/refused.ts"
import { descriptorOf } from "../../../test/runtime_sockets.ts"

test(
  "node:net: unsent data is a reason to refuse, and is still sent",
  { timeout: 60_000 },
  async () => {
    await using server = await PlainServer.open()
    const socket = await dial(server.port)
    const peer = await server.accepted()
    socket.write(pattern(8_000_000))
    await refuses(socket, /bytes of unsent data/)
    socket.end()
    assert.equal(sha256(await receiveAll(peer)), sha256(pattern(8_000_000)))
  },
)

test("node:net: a socket that is still connecting is refused", async () => {
  await using server = await PlainServer.open()
  const socket = connect(server.port, "127.0.0.1")
  await refuses(socket, /Wait for its event "connect"/)
  await once(socket, "connect")
  const taken = await takeOver(socket)
  await taken.close()
})

test("node:net: a socket that decodes is refused", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  socket.setEncoding("utf8")
  await refuses(socket, /setEncoding/)
  socket.destroy()
})

test("node:net: TLS is refused", async () => {
  await using server = await PlainServer.open()
  const socket = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false })
  socket.on("error", () => {})
  await once(socket, "connect")
  await refuses(socket, /TLS/)
  socket.destroy()

  const plain = await dial(server.port)
  const wrapped = new TLSSocket(plain)
  wrapped.on("error", () => {})
  await refuses(wrapped, /TLS/)
  wrapped.destroy()
  plain.destroy()
})

test("node:net: a unix socket is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
  const server = createServer().listen(join(folder, "socket"))
  await once(server, "listening")
  const socket = connect(join(folder, "socket"))
  await once(socket, "connect")
  await refuses(socket, /not a TCP connection/)
  socket.destroy()
  server.close()
  rmSync(folder, { recursive: true })
})

test("node:net: a socket on which SO_ZEROCOPY is set is refused", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  assert.ok(defaultStack().kernel.setOption(descriptorOf(socket), "SO_ZEROCOPY", 1) >= 0)
  await refuses(socket, /SO_ZEROCOPY/)
  socket.destroy()
})

test("node:net: buffered bytes go to readable and to no listener", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  const peer = await server.accepted()
  const heard: Uint8Array[] = []
  socket.on("data", (bytes: Uint8Array) => {
    heard.push(bytes)
    socket.pause()
  })
  peer.write(pattern(50_000))
  await once(socket, "data")
  peer.end(pattern(50_000, 2))
  // It fetches more than it hands on.
  socket.on("readable", () => {})
  while (socket.readableLength === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const before = joined(heard)
  const buffered = socket.readableLength
  const taken = await takeOver(socket)
  const rest: Uint8Array[] = []
  for await (const chunk of taken.readable) rest.push(chunk)
  assert.ok(buffered > 0)
  assert.deepEqual(joined(heard), before)
  const all = joined([before, ...rest])
  assert.equal(sha256(all), sha256(joined([pattern(50_000), pattern(50_000, 2)])))
  await taken.close()
})

test("node:net: its listeners see a close, and it does nothing afterwards", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  const peer = await server.accepted()
  const closed = once(socket, "close")
  const taken = await takeOver(socket)
  await closed
  socket.write("lost")
  socket.end("lost")
  socket.resetAndDestroy()
  const received = receiveAll(peer)
  await taken.writable.getWriter().write(pattern(100))
  await taken.close()
  assert.deepEqual(await received, pattern(100))
})
