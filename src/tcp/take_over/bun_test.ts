import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import type { Socket } from "../socket.ts"
import type { RuntimeSocket } from "./take.ts"
import { takeOver } from "./take_over.ts"
import { dial, joined, pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { refuses } from "../../../test/refused.ts"
import { bunNet, descriptorOf } from "../../../test/runtime_sockets.ts"

if (bunNet !== undefined) {
  const { connect, listen } = bunNet

  test("Bun.Socket: taken over inside its data handler, nothing is lost and no handler is called again", async () => {
    const taking = Promise.withResolvers<Promise<Socket>>()
    const calls: string[] = []
    const listener = listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, bytes) {
          calls.push("data")
          taking.resolve(takeOver(socket, { received: [bytes] }))
        },
        end: () => void calls.push("end"),
        close: () => void calls.push("close"),
      },
    })
    const peer = await dial(listener.port)
    const sent = pattern(3_000_000)
    peer.end(sent)
    const socket = await await taking.promise
    const chunks: Uint8Array[] = []
    for await (const chunk of socket.readable) chunks.push(chunk)
    assert.equal(sha256(joined(chunks)), sha256(sent))
    assert.deepEqual(calls, ["data", "close"])
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(100_000, 2))
    await socket.close()
    assert.equal(sha256(await received), sha256(pattern(100_000, 2)))
    listener.stop()
  })

  test("Bun.Socket: bytes that write has accepted arrive before bytes sent afterwards", {
    timeout: 60_000,
  }, async () => {
    await using server = await PlainServer.open()
    const socket = await connect({
      hostname: "127.0.0.1",
      port: server.port,
      socket: { data() {} },
    })
    const peer = await server.accepted()
    const first = pattern(8_000_000)
    const accepted = socket.write(first)
    assert.ok(accepted > 0 && accepted < first.byteLength)
    const taken = await takeOver(socket)
    const received = receiveAll(peer)
    await taken.writable.getWriter().write(first.slice(accepted))
    await taken.close()
    assert.equal(sha256(await received), sha256(first))
  })

  test("Bun.Socket: it survives notifications, which kill a socket that Bun watches", async () => {
    await using server = await PlainServer.open()
    const socket = await connect({
      hostname: "127.0.0.1",
      port: server.port,
      socket: { data() {} },
    })
    const peer = await server.accepted()
    const taken = await takeOver(socket, { zerocopy: "always" })
    const received = receiveAll(peer)
    const writer = taken.writable.getWriter()
    for (let i = 0; i < 20; i++) {
      await writer.write(pattern(100_000, i))
      await setTimeout(2)
    }
    // Only a watched socket learns of them at all.
    while (taken.stats().zerocopy.notified === 0) await setTimeout(1)
    assert.ok(taken.stats().zerocopy.kernelCopiedIds > 0)
    await taken.close()
    const expected = joined(Array.from({ length: 20 }, (_, i) => pattern(100_000, i)))
    assert.equal(sha256(await received), sha256(expected))
  })

  test("Bun.Socket: a paused one leaves everything in the kernel", async () => {
    await using server = await PlainServer.open()
    const heard: Uint8Array[] = []
    const socket = await connect({
      hostname: "127.0.0.1",
      port: server.port,
      socket: { data: (_, bytes) => void heard.push(bytes) },
    })
    const peer = await server.accepted()
    ;(socket as unknown as { pause(): void }).pause()
    peer.end(pattern(100_000))
    await once(peer, "finish")
    await setTimeout(20)
    const taken = await takeOver(socket, { received: heard })
    const chunks: Uint8Array[] = []
    for await (const chunk of taken.readable) chunks.push(chunk)
    assert.equal(sha256(joined(chunks)), sha256(pattern(100_000)))
    await taken.close()
  })

  test("Bun.Socket: TLS is refused", async () => {
    await using server = await PlainServer.open()
    const socket = await connect({
      hostname: "127.0.0.1",
      port: server.port,
      tls: true,
      socket: { data() {} },
    })
    await refuses(socket, /TLS/)
    socket.terminate()
  })

  test("Bun.Socket: a unix socket is refused", async () => {
    const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
    const unix = join(folder, "socket")
    const listener = listen({ unix, socket: { data() {} } })
    const socket = await connect({ unix, socket: { data() {} } })
    await refuses(socket, /not a TCP connection/)
    socket.terminate()
    listener.stop()
    rmSync(folder, { recursive: true })
  })
}

test(
  "an object that only looks like a Bun.Socket gets no connection",
  { timeout: 60_000 },
  async () => {
    const pretender = (fields: object): RuntimeSocket => {
      const socket = { readyState: 1, fd: -1, terminate() {}, reload() {} }
      return { ...socket, ...fields }
    }
    await refuses(pretender({}), /file descriptor cannot be found/)
    await refuses(pretender({ fd: 1_000_000 }), /not a TCP connection/)
    await refuses(pretender({ readyState: -1 }), /closed/)
    await refuses(pretender({ [Symbol.toStringTag]: "TLSSocket" }), /TLS/)

    await using server = await PlainServer.open()
    const socket = await dial(server.port)
    const peer = await server.accepted()
    await refuses(pretender({ fd: descriptorOf(socket) }), /does not close/)
    socket.end(pattern(10))
    assert.deepEqual(await receiveAll(peer), pattern(10))
    peer.end()
  },
)
