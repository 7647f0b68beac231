/**
 * Bytes of another realm, whose classes differ from this one's: `node:vm` and some test runners create
 * them. They are sent like any others.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { runInNewContext } from "node:vm"
import { connect, listen, type Ownership } from "../../src/mod.ts"
import { byteLengthOf, isArrayBuffer } from "../../src/argument/mod.ts"
import { checkChunk, isWhole } from "../../src/tcp/send/ownership.ts"
import { connected } from "../connected.ts"
import { joined, receiveAll, sha256, streamOf } from "../plain_peer.ts"

/** Chunks by the kind of their buffer, each with different contents. */
const chunks: Readonly<Record<string, string>> = {
  "few bytes": "new Uint8Array(100)",
  "a whole ArrayBuffer": "new Uint8Array(100_000)",
  "part of an ArrayBuffer": "new Uint8Array(200_000).subarray(5_000, 105_000)",
  "a resizable ArrayBuffer": "new Uint8Array(new ArrayBuffer(70_000, { maxByteLength: 140_000 }))",
  "a SharedArrayBuffer": "new Uint8Array(new SharedArrayBuffer(70_000))",
  "WebAssembly memory": "new Uint8Array(new WebAssembly.Memory({ initial: 2 }).buffer)",
}

const foreign = (code: string): Uint8Array =>
  runInNewContext(`{
    const chunk = ${code}
    for (let i = 0; i < chunk.length; i++) chunk[i] = i * 7 + (i >> 8)
    chunk
  }`)

test("the chunks of these tests are of another realm", () => {
  for (const code of Object.values(chunks)) {
    const chunk = foreign(code)
    assert.equal(chunk instanceof Uint8Array, false)
    assert.equal(chunk.buffer instanceof ArrayBuffer, false)
    assert.equal(byteLengthOf(chunk), chunk.byteLength)
    assert.equal(isArrayBuffer(chunk.buffer), !/Shared/.test(code))
    assert.equal(checkChunk(chunk), chunk)
  }
  assert.equal(isWhole(foreign(chunks["a whole ArrayBuffer"])), true)
  assert.equal(isWhole(foreign(chunks["part of an ArrayBuffer"])), false)
})

/** How many bytes of each chunk the producer still has after writing them, in order. */
const left: Readonly<Record<Ownership, readonly number[]>> = {
  auto: [100, 0, 100_000, 0, 70_000, 131_072],
  transfer: [0, 0, 0, 0, 70_000, 131_072],
  borrow: [100, 100_000, 100_000, 70_000, 70_000, 131_072],
  copy: [100, 100_000, 100_000, 70_000, 70_000, 131_072],
}

for (const zerocopy of ["always", "never"] as const) {
  for (const ownership of ["auto", "transfer", "borrow", "copy"] as const) {
    const how = `(ownership: "${ownership}", zerocopy: "${zerocopy}")`
    test(`chunks of another realm arrive, and are taken like those of this one ${how}`, async () => {
      await connected({ ownership, zerocopy }, async (socket, peer) => {
        const received = receiveAll(peer)
        const foreigners = Object.values(chunks).map(foreign)
        const expected = sha256(joined(foreigners))
        await streamOf(foreigners).pipeTo(socket.writable)
        const lengths = foreigners.map(({ byteLength }) => byteLength)
        assert.equal(sha256(await received), expected)
        assert.deepEqual(lengths, left[ownership])
      })
    })
  }
}

test("bytes of another realm that were received before a take-over come first", async () => {
  const { Socket } = await import("node:net")
  const { takeOver } = await import("../../src/mod.ts")
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const plain = new Socket().connect(listener.addr.port, "127.0.0.1")
  await new Promise((resolve) => plain.once("connect", resolve))
  await using peer = await listener.accept()
  await using socket = await takeOver(plain, { received: [foreign("new Uint8Array(5)")] })
  await peer.closeWrite()
  assert.deepEqual(await new Response(socket.readable).bytes(), new Uint8Array([0, 7, 14, 21, 28]))
})

for (const bytes of [10, 100_000]) {
  test(`a detached chunk of another realm with ${bytes} bytes is reported as detached`, async () => {
    await connected({}, async (socket) => {
      const chunk = foreign(`new Uint8Array(${bytes})`)
      structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] })
      const write = socket.writable.getWriter().write(chunk)
      await assert.rejects(write, /^TypeError: Cannot send a detached chunk/)
    })
  })
}

test("a value that is not bytes is refused with its type, from any realm", async () => {
  for (
    const code of ["new Uint16Array(8)", "new DataView(new ArrayBuffer(8))", "new ArrayBuffer(8)"]
  ) {
    await connected({}, async (socket) => {
      const write = socket.writable.getWriter().write(runInNewContext(code))
      await assert.rejects(write, /^TypeError: Cannot send a chunk of type .*new Uint8Array\(x/)
    })
  }
})

test("a stream of another realm, or of a polyfill, works like the runtime's own", async () => {
  // A vm context has no streams, so this one has a class of its own.
  const inner = new Blob(["some text"]).stream()
  const readable = {
    get locked() {
      return inner.locked
    },
    getReader: (options: { mode: "byob" }) => inner.getReader(options),
  } as ReadableStream<Uint8Array>
  assert.equal(readable instanceof ReadableStream, false)
  await connected({}, async (socket, peer) => {
    const received = receiveAll(peer)
    assert.equal(await socket.sendFrom(readable), 9)
    await socket.closeWrite()
    assert.equal(new TextDecoder().decode(await received), "some text")
  })
})

test("a stream that fails with an error of another realm is reported with its message", async () => {
  const broken = runInNewContext("new Error('broken')")
  assert.equal(broken instanceof Error, false)
  await connected({}, async (socket) => {
    const readable = new ReadableStream({ start: (controller) => controller.error(broken) })
    await assert.rejects(
      socket.sendFrom(readable),
      /^ZerowireError: Cannot .*from a stream: broken,/,
    )
  })
})

test("a signal of a foreign class ends an attempt to connect", async () => {
  const { signal } = new AbortController()
  const foreignSignal = {
    aborted: true,
    reason: new Error("Enough"),
    addEventListener: signal.addEventListener.bind(signal),
    removeEventListener: signal.removeEventListener.bind(signal),
  } as unknown as AbortSignal
  await assert.rejects(connect({ port: 1, signal: foreignSignal }), /Enough/)
})
