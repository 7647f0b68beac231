import { Buffer } from "node:buffer"
import { test } from "node:test"
import assert from "node:assert/strict"
import { connected } from "../connected.ts"
import { connect } from "../../src/tcp/open/connect_socket.ts"
import { listen } from "../../src/tcp/open/listen.ts"
import { ending, pattern, receiveAll, sha256 } from "../plain_peer.ts"

const viewIt = "View its bytes with new Uint8Array(x.buffer, x.byteOffset, x.byteLength)"

/** Values that are not chunks, with the name and the cure in the message. */
const wrong: readonly [name: string, value: unknown, cure: string][] = [
  ["string", "text", "new TextEncoder().encode(text) or a TextEncoderStream"],
  ["number", 7, "Convert it to bytes first"],
  ["undefined", undefined, "Convert it to bytes first"],
  ["null", null, "Convert it to bytes first"],
  ["boolean", true, "Convert it to bytes first"],
  ["bigint", 1n, "Convert it to bytes first"],
  ["Object", {}, "Convert it to bytes first"],
  ["Object", { byteLength: -1 }, "Convert it to bytes first"],
  ["Array", [1, 2, 3], "Uint8Array.from(x)"],
  ["ArrayBuffer", new ArrayBuffer(8), "View its bytes with new Uint8Array(x)"],
  ["SharedArrayBuffer", new SharedArrayBuffer(8), "View its bytes with new Uint8Array(x)"],
  ["DataView", new DataView(new ArrayBuffer(8)), viewIt],
  ["Uint16Array", new Uint16Array(8), viewIt],
  ["Int8Array", new Int8Array(8), viewIt],
  ["Uint8ClampedArray", new Uint8ClampedArray(8), viewIt],
  ["Blob", new Blob(["text"]), "Pipe its stream() to `writable`"],
  ["ReadableStream", new ReadableStream(), "Pipe it to `writable`"],
  ["Promise", Promise.resolve(new Uint8Array(8)), "Await it first"],
]

for (const [name, value, cure] of wrong) {
  test(`a chunk that is ${describe(value)} is a TypeError that names its type, and a reset`, async () => {
    await connected({}, async (socket, peer) => {
      const ended = ending(peer)
      const writer = socket.writable.getWriter()
      await writer.write(pattern(10))
      const failure = await writer.write(value as Uint8Array).catch((error) => error)
      assert.ok(failure instanceof TypeError)
      const says = `Cannot send a chunk of type "${name}": chunks are Uint8Arrays. `
      assert.ok(failure.message.startsWith(says) && failure.message.includes(cure), failure.message)
      await assert.rejects(writer.closed, (error) => error === failure)
      assert.equal(await ended, "reset")
    })
  })
}

/** Values that look like a Uint8Array and have no bytes. */
const pretenders: Readonly<Record<string, unknown>> = {
  "a proxy for a Uint8Array": new Proxy(new Uint8Array(8), {}),
  "an heir of a Uint8Array": Object.create(new Uint8Array(8)),
}
for (const [what, value] of Object.entries(pretenders)) {
  test(`${what} is a TypeError that says so, and a reset`, async () => {
    await connected({}, async (socket, peer) => {
      const ended = ending(peer)
      const writer = socket.writable.getWriter()
      writer.closed.catch(() => {})
      await writer.write(pattern(10))
      await assert.rejects(writer.write(value as Uint8Array), {
        name: "TypeError",
        message: /^Cannot send a chunk that is a proxy for a Uint8Array.*the Uint8Array itself/,
      })
      assert.equal(await ended, "reset")
    })
  })
}

for (const size of [100, 100_000]) {
  test(`a chunk of ${size} bytes that arrives detached is a TypeError that names tee()`, async () => {
    await connected({}, async (socket) => {
      const chunk = pattern(size)
      chunk.buffer.transfer()
      const write = socket.writable.getWriter().write(chunk)
      await assert.rejects(
        write,
        (error: Error) =>
          error instanceof TypeError && /detached.*tee\(\).*ownership: "copy"/.test(error.message),
      )
    })
  })
}

for (const zerocopy of ["always", "never"] as const) {
  test(`a chunk that cannot be sent resets the connection, whatever is in flight (zerocopy: "${zerocopy}")`, async () => {
    await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
    const { port } = listener.addr
    await using socket = await connect({ port, zerocopy, ownership: "transfer" })
    await using peer = await listener.accept()
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    // More than the buffers of both sockets hold, and less than makes a write wait.
    while (socket.stats().queuedBytes === 0) {
      await writer.write(pattern(1 << 20))
      await new Promise((then) => setTimeout(then, 1))
    }
    const failure = await writer.write("text" as never).catch((error) => error)
    assert.ok(failure instanceof TypeError)
    const { byProof, quarantined } = await socket.close()
    assert.equal(byProof > 0, zerocopy === "always")
    assert.equal(quarantined, 0)
    assert.equal(socket.stats().held, 0)
    await assert.rejects(new Response(peer.readable).bytes(), /ECONNRESET/)
  })
}

test("a reader is told why the connection ends if a chunk cannot be sent", async () => {
  await connected({}, async (socket) => {
    const read = socket.readable.getReader().read().catch((error) => error)
    const failure = await socket.writable.getWriter().write(7 as never).catch((error) => error)
    assert.ok(failure instanceof TypeError)
    const { reason, cause } = await read
    assert.equal(reason._tag, "Aborted")
    assert.equal(cause, failure)
  })
})

for (const end of ["close", "closeWrite"] as const) {
  test(`a chunk that cannot be sent, after ${end}(), has no effect`, async () => {
    await connected({}, async (socket, peer) => {
      const received = receiveAll(peer)
      const writer = socket.writable.getWriter()
      await writer.write(pattern(5_000_000))
      const ended = socket[end]()
      await assert.rejects(writer.write("text" as never), /the socket is closed/)
      assert.equal(sha256(await received), sha256(pattern(5_000_000)))
      peer.end()
      await ended
    })
  })
}

test("an empty chunk is fine, whatever it is a view of", async () => {
  await connected({}, async (socket, peer) => {
    const received = receiveAll(peer)
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(0))
    await writer.write(new Uint8Array(new ArrayBuffer(100_000), 50, 0))
    await writer.write(new Uint8Array(new SharedArrayBuffer(0)))
    await writer.close()
    assert.equal((await received).byteLength, 0)
  })
})

/** Memory that cannot be taken from its owner, by kind. */
const peculiar: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  "a SharedArrayBuffer": (bytes) => {
    const chunk = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
    chunk.set(bytes)
    return chunk
  },
  "a resizable ArrayBuffer": (bytes) => {
    const maxByteLength = bytes.byteLength * 2
    const chunk = new Uint8Array(new ArrayBuffer(bytes.byteLength, { maxByteLength }))
    chunk.set(bytes)
    return chunk
  },
  "a growable SharedArrayBuffer": (bytes) => {
    const maxByteLength = bytes.byteLength * 2
    const chunk = new Uint8Array(new SharedArrayBuffer(bytes.byteLength, { maxByteLength }))
    chunk.set(bytes)
    return chunk
  },
  "a resizable ArrayBuffer, as a Buffer": (bytes) => {
    const maxByteLength = bytes.byteLength * 2
    const chunk = Buffer.from(new ArrayBuffer(bytes.byteLength, { maxByteLength }))
    chunk.set(bytes)
    return chunk
  },
  "a SharedArrayBuffer, as a Buffer": (bytes) => {
    const chunk = Buffer.from(new SharedArrayBuffer(bytes.byteLength))
    chunk.set(bytes)
    return chunk
  },
  "part of WebAssembly memory": (bytes) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes.byteLength / 65536) + 1 })
    const chunk = new Uint8Array(memory.buffer, 100, bytes.byteLength)
    chunk.set(bytes)
    return chunk
  },
  "all of WebAssembly memory": (bytes) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes.byteLength / 65536) })
    const chunk = new Uint8Array(memory.buffer)
    chunk.set(bytes)
    return chunk
  },
}

for (const zerocopy of ["always", "never"] as const) {
  for (const ownership of ["auto", "transfer", "borrow", "copy"] as const) {
    for (const [kind, make] of Object.entries(peculiar)) {
      test(`bytes in ${kind} arrive (ownership: "${ownership}", zerocopy: "${zerocopy}")`, async () => {
        await connected({ ownership, zerocopy }, async (socket, peer) => {
          const received = receiveAll(peer)
          const chunks = [make(pattern(65536 * 4)), make(pattern(10)), make(pattern(65536 * 3, 2))]
          const expected = chunks.map(sha256)
          const lengths = chunks.map(({ byteLength }) => byteLength)
          const writer = socket.writable.getWriter()
          for (const chunk of chunks) await writer.write(chunk)
          await writer.close()
          const all = await received
          let at = 0
          lengths.forEach((length, i) => {
            assert.equal(sha256(all.subarray(at, at += length)), expected[i])
          })
          assert.equal(all.byteLength, at)
        })
      })
    }
  }
}

/** A Buffer has a `slice` that copies nothing. */
const views: Readonly<Record<string, (buffer: ArrayBuffer, length: number) => Uint8Array>> = {
  Uint8Array: (buffer, length) => new Uint8Array(buffer, 0, length),
  Buffer: (buffer, length) => Buffer.from(buffer, 0, length),
}

for (const [type, view] of Object.entries(views)) {
  for (const zerocopy of ["always", "never"] as const) {
    test(`a ${type} that its producer may shrink is copied first (zerocopy: "${zerocopy}")`, async () => {
      await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
      await using socket = await connect({ port: listener.addr.port, zerocopy })
      await using peer = await listener.accept()
      // More than the buffers of both sockets hold.
      const size = 12 << 20
      const buffer = new ArrayBuffer(size + 10, { maxByteLength: size * 2 })
      new Uint8Array(buffer).set(pattern(size))
      const writer = socket.writable.getWriter()
      const write = writer.write(view(buffer, size))
      while (socket.stats().acceptedBytes === 0) {
        await new Promise((then) => setTimeout(then, 1))
      }
      assert.ok(socket.stats().queuedBytes > 0)
      buffer.resize(0)
      const received = new Response(peer.readable).bytes()
      await write
      await writer.close()
      assert.equal(sha256(await received), sha256(pattern(size)))
    })
  }
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`
  return `${value.constructor.name} ${JSON.stringify(value)}`
}
