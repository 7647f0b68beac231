import { test } from "node:test"
import assert from "node:assert/strict"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { ZerowireError } from "../../error/mod.ts"
import { connect } from "../open/connect_socket.ts"
import type { Socket } from "../socket.ts"
import {
  joined,
  pattern,
  PlainServer,
  type PlainSocket,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { needsLibc } from "../../../test/libc.ts"

test("the peer's bytes arrive completely and in order, and then the stream ends", async () => {
  await connected(async (socket, peer) => {
    peer.end(pattern(5_000_000))
    const parts: Uint8Array[] = []
    for await (const part of socket.readable) parts.push(part)
    assert.equal(sha256(joined(parts)), sha256(pattern(5_000_000)))
  })
})

test("a read waits for bytes that are not there yet", async () => {
  await connected(async (socket, peer) => {
    const read = socket.readable.getReader().read()
    await sleep(10)
    peer.write("late")
    const { value, done } = await read
    assert.equal(done, false)
    assert.equal(new TextDecoder().decode(value), "late")
  })
})

test("notifications of sent bytes do not disturb a waiting read", needsLibc, async () => {
  await connected(async (socket, peer) => {
    const received = receiveAll(peer)
    const read = socket.readable.getReader().read()
    const writer = socket.writable.getWriter()
    for (let i = 0; i < 20; i++) {
      await writer.write(pattern(100_000))
      await sleep(1)
    }
    await writer.close()
    await received
    while (socket.stats().zerocopy.inFlightIds > 0) await sleep(1)
    assert.ok(socket.stats().zerocopy.notified > 0)
    peer.write("at last")
    const { value } = await read
    assert.equal(new TextDecoder().decode(value), "at last")
  })
})

test("a read does not wait for more than there is", async () => {
  await connected(async (socket, peer) => {
    const reader = socket.readable.getReader()
    for (const size of [1, 10, 1000]) {
      peer.write(pattern(size))
      const { value } = await reader.read()
      assert.deepEqual(value, pattern(size))
    }
  })
})

test("simultaneous reads are served in order", async () => {
  await connected(async (socket, peer) => {
    const reader = socket.readable.getReader({ mode: "byob" })
    const reads = [1, 2, 3].map((size) => reader.read(new Uint8Array(size)))
    peer.end(Uint8Array.of(1, 2, 2, 3, 3, 3))
    const values = (await Promise.all(reads)).map(({ value }) => Array.from(value ?? []))
    assert.deepEqual(values, [[1], [2, 2], [3, 3, 3]])
  })
})

test("a BYOB reader gets the bytes in its own memory, at its own offset", async () => {
  await connected(async (socket, peer) => {
    peer.write(pattern(1000))
    const reader = socket.readable.getReader({ mode: "byob" })
    const buffer = new ArrayBuffer(4096)
    new Uint8Array(buffer).fill(0xee)
    const { value } = await reader.read(new Uint8Array(buffer, 100, 500))
    assert.ok(value !== undefined)
    assert.equal(value.byteOffset, 100)
    assert.equal(value.buffer.byteLength, 4096)
    assert.deepEqual(value, pattern(1000).subarray(0, value.byteLength))
    // Nothing was written outside the view.
    const whole = new Uint8Array(value.buffer)
    assert.ok(whole.subarray(0, 100).every((byte) => byte === 0xee))
    assert.ok(whole.subarray(100 + value.byteLength).every((byte) => byte === 0xee))
  })
})

test("a BYOB reader with a minimum waits for that many bytes", async () => {
  await connected(async (socket, peer) => {
    const reader = socket.readable.getReader({ mode: "byob" })
    const read = reader.read(new Uint8Array(1000), { min: 600 })
    for (let i = 0; i < 6; i++) {
      peer.write(pattern(1000).subarray(i * 100, i * 100 + 100))
      await sleep(2)
    }
    const { value } = await read
    assert.deepEqual(value, pattern(1000).subarray(0, 600))
  })
})

test("a BYOB reader gets its memory back at the end of the stream", async () => {
  await connected(async (socket, peer) => {
    peer.end()
    const reader = socket.readable.getReader({ mode: "byob" })
    const { value, done } = await reader.read(new Uint8Array(100))
    assert.equal(done, true)
    assert.equal(value?.byteLength, 0)
    assert.equal(value?.buffer.byteLength, 100)
  })
})

test("after another reader has come to the end, or has been given up there, a BYOB read ends", async () => {
  for (let turns = 0; turns < 20; turns++) {
    await connected(async (socket, peer) => {
      const reader = socket.readable.getReader()
      const reading = reader.read().catch(() => {})
      for (let i = 0; i < turns; i++) await Promise.resolve()
      if (turns % 2 === 0) reader.releaseLock()
      peer.end()
      await reading
      reader.releaseLock()
      const last = await socket.readable.getReader({ mode: "byob" }).read(new Uint8Array(2))
      assert.deepEqual([last.done, last.value?.byteLength], [true, 0])
    })
  }
})

test("another reader can take over while a read waits", async () => {
  await connected(async (socket, peer) => {
    const first = socket.readable.getReader()
    const abandoned = first.read()
    first.releaseLock()
    await assert.rejects(abandoned, TypeError)
    peer.end(pattern(100_000))
    const parts: Uint8Array[] = []
    for await (const part of socket.readable) parts.push(part)
    assert.equal(sha256(joined(parts)), sha256(pattern(100_000)))
  })
})

test("a reset by the peer is ConnectionLost for the waiting read and for the next one", async () => {
  await connected(async (socket, peer) => {
    const reader = socket.readable.getReader()
    const read = reader.read()
    peer.resetAndDestroy()
    const failure = await read.then(() => undefined, (error: unknown) => error)
    assert.ok(failure instanceof ZerowireError)
    assert.ok(failure.reason._tag === "ConnectionLost")
    assert.equal(failure.reason.code, "ECONNRESET")
    await assert.rejects(reader.read(), (error) => error === failure)
    await assert.rejects(reader.closed, (error) => error === failure)
  })
})

test("bytes that came before a reset can be lost, but the bytes that are read are correct", async () => {
  await connected(async (socket, peer) => {
    peer.write(pattern(200_000))
    await sleep(10)
    peer.resetAndDestroy()
    const parts: Uint8Array[] = []
    await assert.rejects(async () => {
      for await (const part of socket.readable) parts.push(part)
    }, { message: /ECONNRESET/ })
    const got = joined(parts)
    assert.equal(sha256(got), sha256(pattern(200_000).subarray(0, got.byteLength)))
  })
})

test("cancel ends receiving and does not affect sending", async () => {
  await connected(async (socket, peer) => {
    peer.write(pattern(100_000))
    await socket.readable.cancel("no interest")
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(300_000))
    await socket.closeWrite()
    assert.equal(sha256(await received), sha256(pattern(300_000)))
  })
})

for (
  const when of [
    ...["before it sends", "while it sends", "while a read waits", "by leaving a loop"] as const,
  ]
) {
  test(`a peer whose bytes nobody wants any more can send them all: cancelled ${when}`, async () => {
    await connected(async (socket, peer) => {
      const sent = once(peer, "finish")
      if (when === "before it sends") await socket.readable.cancel()
      if (when === "while a read waits") {
        const reader = socket.readable.getReader()
        const read = reader.read()
        // The stream begins to receive in a later turn.
        await sleep(5)
        await reader.cancel()
        assert.equal((await read).done, true)
      }
      // More than all buffers on the way take, and the peer reads nothing before.
      for (let i = 0; i < 40; i++) peer.write(pattern(1_000_000))
      if (when === "while it sends") {
        const reader = socket.readable.getReader()
        await reader.read()
        await sleep(20)
        await reader.cancel()
      }
      peer.end()
      if (when === "by leaving a loop") { for await (const _ of socket.readable) break }
      await sent
      const received = receiveAll(peer)
      await socket.writable.getWriter().write(pattern(300_000))
      await socket.closeWrite()
      assert.equal(sha256(await received), sha256(pattern(300_000)))
    })
  })
}

test("after cancel a reset by the peer is noticed, although nobody reads or writes", async () => {
  await connected(async (socket, peer) => {
    await socket.readable.cancel()
    peer.write(pattern(100_000))
    peer.resetAndDestroy()
    const { closed } = socket.writable.getWriter()
    await assert.rejects(closed, /ECONNRESET/)
    await socket.abort()
  })
})

test("cancel ends a read that waits", async () => {
  await connected(async (socket) => {
    const reader = socket.readable.getReader()
    const read = reader.read()
    await sleep(5)
    await reader.cancel()
    assert.deepEqual(await read, { value: undefined, done: true })
  })
})

test("a reader that does not read stops the peer", async () => {
  await connected(async (socket, peer) => {
    const reader = socket.readable.getReader()
    peer.write(pattern(1))
    await reader.read()
    let sent = 0
    const chunk = pattern(1 << 20)
    while (sent < 200 && peer.write(chunk)) {
      sent++
      await sleep(1)
    }
    // The peer's own stream is full, because Zerowire has not taken the bytes out of the kernel.
    assert.ok(sent < 200)
    peer.destroy()
  })
})

test("tee gives both branches every byte", async () => {
  await connected(async (socket, peer) => {
    peer.end(pattern(1_000_000))
    const branches = socket.readable.tee()
    const all = await Promise.all(branches.map((branch) => new Response(branch).bytes()))
    for (const bytes of all) assert.equal(sha256(bytes), sha256(pattern(1_000_000)))
  })
})

test("a socket can be piped into another one", async () => {
  await connected(async (receiver, source) => {
    await connected(async (queue, sink) => {
      const received = receiveAll(sink)
      source.end(pattern(3_000_000))
      await receiver.readable.pipeTo(queue.writable)
      assert.equal(sha256(await received), sha256(pattern(3_000_000)))
    })
  })
})

async function connected(
  body: (socket: Socket, peer: PlainSocket) => Promise<void>,
): Promise<void> {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port, zerocopy: "always" })
  await body(socket, await server.accepted())
}
