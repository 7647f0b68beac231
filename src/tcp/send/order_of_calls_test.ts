import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import {
  connect,
  createSlab,
  listen,
  sendFile,
  type Socket,
  type SocketOptions,
} from "../../mod.ts"
import { ending, PlainServer, receiveAll } from "../../../test/plain_peer.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
writeFileSync(path, "F".repeat(200_000))

for (const zerocopy of ["auto", "always", "never"] as const) {
  test(`a lease follows a write that nobody waits for (zerocopy: "${zerocopy}")`, async () => {
    const runs = await sent({ zerocopy }, (socket) => [
      socket.writable.getWriter().write(bytes("A", 7)),
      lease(socket, "B", 4),
    ])
    assert.equal(runs, "A7 B4")
  })

  test(`every kind of call keeps its place, under back-pressure (zerocopy: "${zerocopy}")`, async () => {
    const runs = await sent({ zerocopy }, (socket) => {
      const writer = socket.writable.getWriter()
      const calls = Array.from({ length: 12 }, () => writer.write(bytes("A", 1_000_000)))
      calls.push(sendFile(socket, path).then(() => {}))
      calls.push(writer.write(bytes("B", 100)), writer.write(bytes("C", 2_000_000)))
      calls.push(lease(socket, "D", 5000), lease(socket, "E", 0), lease(socket, "G", 1))
      calls.push(socket.sendFrom(chunks("H", 700_000, 5)).then(() => {}))
      calls.push(writer.write(bytes("I", 20_000)))
      calls.push(socket.sendFrom(byteStream("J", 300_000)).then(() => {}), lease(socket, "K", 3))
      calls.push(sendFile(socket, path, { start: 10, end: 30 }).then(() => {}))
      calls.push(writer.write(bytes("L", 3)), socket.closeWrite())
      return calls
    })
    const rest = "B100 C2000000 D5000 G1 H3500000 I20000 J300000 K3 F20 L3"
    assert.equal(runs, `A12000000 F200000 ${rest}`)
  })
}

test("a file that takes long to open holds back what comes after it, and one that fails does not", async () => {
  const runs = await sent({}, (socket) => {
    const writer = socket.writable.getWriter()
    const missing = assert.rejects(sendFile(socket, join(folder, "missing")), /ENOENT/)
    return [
      writer.write(bytes("A", 3)),
      sendFile(socket, path).then(() => {}),
      lease(socket, "B", 3),
      missing,
      lease(socket, "C", 3),
      writer.write(bytes("D", 3)),
    ]
  })
  assert.equal(runs, "A3 F200000 B3 C3 D3")
})

test("calls during sendFrom are sent after the whole stream", async () => {
  const runs = await sent({}, (socket) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const sending = socket.sendFrom(readable).then(() => {})
    const behind = [lease(socket, "B", 2), socket.writable.getWriter().write(bytes("C", 2))]
    const writer = writable.getWriter()
    const feeding = (async () => {
      await writer.write(bytes("A", 1))
      await writer.write(bytes("A", 50_000))
      await writer.close()
    })()
    return [sending, feeding, ...behind]
  })
  assert.equal(runs, "A50001 B2 C2")
})

test("during a pipe other calls are refused before a byte of them is sent", async () => {
  const runs = await sent({}, async (socket) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const piping = readable.pipeTo(socket.writable, { preventClose: true })
    const writer = writable.getWriter()
    await writer.write(bytes("A", 30_000))
    using slab = createSlab({ slots: 1 })
    const unsent = await slab.lease()
    const refusal = /^TypeError: Cannot .*: a pipeTo into this socket's writable is under way/
    assert.throws(() => socket.send(unsent), refusal)
    assert.equal(unsent.state, "writable")
    await assert.rejects(sendFile(socket, path), refusal)
    const source = chunks("X", 10, 1)
    await assert.rejects(socket.sendFrom(source), refusal)
    await writer.close()
    await piping
    // The pipe has ended, so the order is known again.
    unsent.bytes.fill(66, 0, 3)
    await socket.send(unsent, 3).released
    return [sendFile(socket, path)]
  })
  assert.equal(runs, "A30000 B3 F200000")
})

test("nothing that waits in the stream is lost by closeWrite or close", async () => {
  for (const end of ["closeWrite", "close"] as const) {
    const runs = await sent({}, (socket) => {
      const writer = socket.writable.getWriter()
      const writes = Array.from({ length: 12 }, () => writer.write(bytes("A", 1_000_000)))
      return [...writes, socket[end]()]
    })
    assert.equal(runs, "A12000000", end)
  }
})

test("awaiting ready and not the write, as the standard suggests, loses nothing", async () => {
  const runs = await sent({}, async (socket) => {
    const writer = socket.writable.getWriter()
    for (let i = 0; i < 60; i++) {
      await writer.ready
      writer.write(bytes("A", 100_000)).catch(() => {})
    }
    return [socket.close()]
  }, 0)
  assert.equal(runs, "A6000000")
})

for (const preventClose of [false, true]) {
  test(`close waits for a pipe under way (preventClose: ${preventClose})`, async () => {
    let piping: Promise<void> | undefined
    const runs = await sent({}, async (given) => {
      await using socket = given
      const late = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          controller.enqueue(bytes("A", 50_000))
          if (++count === 20) controller.close()
        },
      })
      let count = 0
      piping = late.pipeTo(socket.writable, { preventClose })
      return []
    })
    await piping
    assert.equal(runs, "A1000000")
  })
}

test("close gives up on a source that delivers nothing: it rejects, and the peer is reset", async () => {
  for (const way of ["pipeTo", "sendFrom"] as const) {
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port, closeTimeout: 200 })
    const ended = ending(await server.accepted())
    let first = true
    const silent = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (first) controller.enqueue(bytes("A", 1000))
        first = false
      },
    }, { highWaterMark: 0 })
    const sending = way === "pipeTo" ? silent.pipeTo(socket.writable) : socket.sendFrom(silent)
    const failed = assert.rejects(sending)
    await assert.rejects(socket.close(), (failure: Error) => {
      assert.match(String(failure.cause), /close\(\) waited for .* under way/)
      return /aborted/.test(failure.message)
    })
    await failed
    assert.equal(await ended, "reset", way)
  }
})

test("after closeWrite every call is refused, and calls already in line are sent", async () => {
  const runs = await sent({}, (socket) => {
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    const before = [
      writer.write(bytes("A", 1_500_000)),
      lease(socket, "B", 3),
      sendFile(socket, path),
    ]
    const ending = socket.closeWrite()
    using slab = createSlab({ slots: 1 })
    const unsent = slab.leaseNow()
    assert.ok(unsent !== undefined)
    assert.throws(() => socket.send(unsent), /closed/)
    unsent.giveBack()
    return [
      ...before,
      ending,
      assert.rejects(sendFile(socket, path), /closed/),
      assert.rejects(socket.sendFrom(chunks("X", 1, 1)), /closed/),
      assert.rejects(writer.write(bytes("X", 1)), /closed/),
    ]
  })
  assert.equal(runs, "A1500000 B3 F200000")
})

test("the end of the stream waits for the calls before it, even if it has refused chunks", async () => {
  const runs = await sent({}, (socket) => {
    const writer = socket.writable.getWriter()
    const calls = [writer.write(bytes("A", 3_000_000)), lease(socket, "B", 3)]
    calls.push(writer.write(bytes("C", 3)), lease(socket, "D", 3))
    const closing = writer.close()
    return [...calls, assert.rejects(writer.write(bytes("X", 1))), closing]
  })
  assert.equal(runs, "A3000000 B3 C3 D3")
})

test("an abort gives back every lease that was in line, and fails every call", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const socket = await connect({ port: listener.addr.port })
  await using peer = await listener.accept()
  using slab = createSlab({ slots: 3, slotBytes: 4096 })
  const writer = socket.writable.getWriter()
  writer.closed.catch(() => {})
  const refused = [writer.write(bytes("A", 50_000_000)), writer.write(bytes("A", 10))]
  const sent = [1, 2, 3].map(() => socket.send(slab.leaseNow() ?? assert.fail()))
  assert.equal(slab.leased, 3)
  refused.push(...sent.map(({ accepted }) => accepted))
  refused.push(sendFile(socket, path).then(() => {}), socket.closeWrite())
  const settled = Promise.allSettled(refused)
  await Promise.all([socket.abort(), ...sent.map(({ released }) => released)])
  assert.deepEqual([...new Set((await settled).map(({ status }) => status))], ["rejected"])
  assert.equal(slab.leased, 0)
  await peer.abort()
})

/** Runs `calls` on a socket, and returns what its peer received, as letters with their counts. */
async function sent(
  options: SocketOptions,
  calls: (socket: Socket) => unknown[] | Promise<unknown[]>,
  peerWaits = 50,
): Promise<string> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const arriving = new Promise((resolve) => setTimeout(resolve, peerWaits))
    .then(() => receiveAll(peer))
  await Promise.all(await calls(socket))
  await socket.close()
  return runsOf(await arriving)
}

function runsOf(received: Uint8Array): string {
  const runs: [letter: number, count: number][] = []
  for (const byte of received) {
    const last = runs.at(-1)
    if (last?.[0] === byte) last[1]++
    else runs.push([byte, 1])
  }
  return runs.map(([letter, count]) => String.fromCharCode(letter) + count).join(" ")
}

const bytes = (letter: string, count: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new ArrayBuffer(count)).fill(letter.charCodeAt(0))

const slab = createSlab({ slotBytes: 8192, slots: 64 })

/** Sends a lease now. */
function lease(socket: Socket, letter: string, count: number): Promise<void> {
  const lease = slab.leaseNow()
  assert.ok(lease !== undefined)
  lease.bytes.fill(letter.charCodeAt(0), 0, count)
  const sent = socket.send(lease, count)
  return Promise.all([sent.accepted, sent.released]).then(() => {})
}

function chunks(letter: string, size: number, count: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (count-- === 0) controller.close()
      else controller.enqueue(bytes(letter, size))
    },
  }, { highWaterMark: 0 })
}

function byteStream(letter: string, count: number): ReadableStream<Uint8Array> {
  let left = count
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: 65_536,
    pull(controller) {
      const view = controller.byobRequest?.view as Uint8Array<ArrayBuffer>
      const n = Math.min(left, view.byteLength)
      view.fill(letter.charCodeAt(0), 0, n)
      left -= n
      if (n === 0) controller.close()
      controller.byobRequest?.respond(n)
    },
  })
}
