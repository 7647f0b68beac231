import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { once } from "node:events"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import type { Socket } from "../socket.ts"
import type { RuntimeSocket } from "./take.ts"
import { takeOver } from "./take_over.ts"
import { Flood } from "../../../test/flood.ts"
import { pattern as labPattern } from "../../../test/lab/pattern.ts"
import { dial, joined, pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { refuses } from "../../../test/refused.ts"
import { denoNet } from "../../../test/runtime_sockets.ts"

if (denoNet !== undefined) {
  const deno = denoNet
  const connect = (port: number) => deno.connect({ hostname: "127.0.0.1", port })

  test("Deno.TcpConn: a pending read is interrupted, and takes no byte", async () => {
    for (let i = 0; i < 20; i++) {
      await using server = await PlainServer.open()
      const conn = await connect(server.port)
      const peer = await server.accepted()
      const read = conn.read(new Uint8Array(1000)).then((n) => n, (failure: Error) => failure.name)
      await setTimeout(1)
      peer.write(pattern(500))
      if (i % 2 === 0) await Promise.resolve()
      const socket = await takeOver(conn)
      peer.end()
      assert.equal(await read, "Interrupted")
      assert.deepEqual(await bytesOf(socket), pattern(500))
      await socket.close()
    }
  })

  test("Deno.TcpConn: a pending write is a reason to refuse, and is still sent", async () => {
    await using server = await PlainServer.open()
    const conn = await connect(server.port)
    const peer = await server.accepted()
    let accepted = 0
    let pending: Promise<number>
    for (;;) {
      pending = conn.write(pattern(5_000_000))
      const n = await Promise.race([pending, setTimeout(200)])
      if (n === undefined) break
      accepted += n
    }
    await refuses(conn, /one of its writes is pending/)
    const received = receiveAll(peer)
    accepted += await pending
    const socket = await takeOver(conn)
    await socket.close()
    assert.equal((await received).byteLength, accepted)
  })

  test("Deno.TcpConn: a read that its stream has started is not lost", async () => {
    await using server = await PlainServer.open()
    const conn = await connect(server.port)
    const peer = await server.accepted()
    const reader = conn.readable.getReader()
    const read = reader.read().catch(() => {})
    await setTimeout(1)
    reader.releaseLock()
    await read
    peer.write(pattern(500))
    await setTimeout(20)
    const socket = await takeOver(conn)
    peer.end(pattern(500, 2))
    assert.deepEqual(await bytesOf(socket), joined([pattern(500), pattern(500, 2)]))
    await socket.close()
  })

  for (const size of [100, 100_000]) {
    test(`Deno.TcpConn: a read into ${size} bytes that its stream has started is not lost`, async () => {
      for (const pause of [0, 20]) {
        await using server = await PlainServer.open()
        const conn = await connect(server.port)
        const peer = await server.accepted()
        const reader = conn.readable.getReader({ mode: "byob" })
        const read = reader.read(new Uint8Array(size)).catch(() => {})
        await setTimeout(1)
        reader.releaseLock()
        await read
        peer.write(pattern(500))
        await setTimeout(pause)
        const socket = await takeOver(conn)
        peer.end(pattern(500, 2))
        assert.deepEqual(await bytesOf(socket), joined([pattern(500), pattern(500, 2)]))
        await socket.close()
      }
    })
  }

  test("Deno.TcpConn: bytes that arrive while its stream is read are not lost", async () => {
    for (let round = 0; round < 10; round++) {
      await using server = await PlainServer.open()
      const conn = await connect(server.port)
      const peer = await server.accepted()
      const flood = new Flood(peer)
      const received: Uint8Array[] = []
      const reader = round % 2 === 0
        ? conn.readable.getReader()
        : conn.readable.getReader({ mode: "byob" })
      const into = (size: number) => round % 2 === 0 ? undefined : new Uint8Array(size)
      const next = () =>
        (reader.read as (view?: Uint8Array) => Promise<{ value: Uint8Array }>)
          .call(reader, into(777))
      for (let i = 0; i < round; i++) received.push((await next()).value)
      const abandoned = next().catch(() => {})
      reader.releaseLock()
      const taking = takeOver(conn, { received })
      const sent = flood.end(100_000)
      await abandoned
      const socket = await taking
      assert.equal(sha256(await bytesOf(socket)), sha256(labPattern(0, await sent)), `${round}`)
      await socket.close()
    }
  })

  test("Deno.TcpConn: refused if its stream was cancelled, which has ended the reading", async () => {
    await using server = await PlainServer.open()
    const conn = await connect(server.port)
    const peer = await server.accepted()
    const reader = conn.readable.getReader()
    peer.write("hello")
    await reader.read()
    await reader.cancel()
    reader.releaseLock()
    await refuses(conn, /It is closed/)
  })

  test("Deno.TcpConn: its streams may have been used before", async () => {
    await using server = await PlainServer.open()
    const conn = await connect(server.port)
    const peer = await server.accepted()
    const reader = conn.readable.getReader()
    peer.write("hello")
    assert.equal((await reader.read()).value?.byteLength, 5)
    reader.releaseLock()
    const writer = conn.writable.getWriter()
    await writer.write(pattern(1000))
    writer.releaseLock()
    const socket = await takeOver(conn)
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(100_000, 2))
    await socket.close()
    const expected = joined([pattern(1000), pattern(100_000, 2)])
    assert.equal(sha256(await received), sha256(expected))
  })

  test("Deno.TcpConn: a locked stream and unsent data are reasons to refuse", async () => {
    await using server = await PlainServer.open()
    const conn = await connect(server.port)
    const reader = conn.readable.getReader()
    await refuses(conn, /readable is locked/)
    reader.releaseLock()
    const writer = conn.writable.getWriter()
    await refuses(conn, /writable is locked/)
    const write = writer.write(pattern(50_000_000)).catch(() => {})
    writer.releaseLock()
    await refuses(conn, /unsent data/)
    conn.close()
    await write
  })

  test("Deno.TcpConn: TLS is refused", async () => {
    await using server = await PlainServer.open()
    const conn = await deno.connectTls({ hostname: "127.0.0.1", port: server.port })
    await refuses(conn, /TLS/)
    conn.close()
  })

  test("Deno.TcpConn: a unix socket is refused", async () => {
    const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
    const path = join(folder, "socket")
    const server = createServer().listen(path)
    await once(server, "listening")
    const conn = await deno.connect({ transport: "unix", path })
    await refuses(conn, /transport is "unix"/)
    conn.close()
    server.close()
    rmSync(folder, { recursive: true })
  })
}

test("an object that only looks like a Deno.TcpConn gets no connection", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  const peer = await server.accepted()
  const { localPort = 0, remotePort = 0 } = socket
  const addressOf = (port: number) => ({ transport: "tcp", hostname: "127.0.0.1", port })
  const pretender = (setNoDelay: () => void): RuntimeSocket => ({
    localAddr: addressOf(localPort),
    remoteAddr: addressOf(remotePort),
    readable: new ReadableStream(),
    writable: new WritableStream(),
    close() {},
    setNoDelay,
  })
  await refuses(pretender(() => {}), /file descriptor cannot be found/)
  const complains = () => {
    throw new Error("Not me")
  }
  await refuses(pretender(complains), /file descriptor cannot be found/)
  socket.end(pattern(10))
  assert.deepEqual(await receiveAll(peer), pattern(10))
  peer.end()
})

async function bytesOf({ readable }: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return joined(chunks)
}
