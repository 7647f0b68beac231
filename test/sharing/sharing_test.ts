/**
 * The usual ways in which somebody else has a chunk too: the table of docs/lifetimes.md. The other one has
 * to get every byte, and so has the peer.
 *
 * @module
 */
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duplex, PassThrough, Readable, Writable } from "node:stream"
import { finished, pipeline } from "node:stream/promises"
import {
  ReadableStream as NodeReadableStream,
  WritableStream as NodeWritableStream,
} from "node:stream/web"
import { after, test } from "node:test"
import { connect, type Socket, type SocketOptions } from "../../src/mod.ts"
import { pattern, PlainServer, receiveAll, sha256 } from "../plain_peer.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const source = join(folder, "source")
const target = join(folder, "target")
const bytes = pattern(3_000_000)
writeFileSync(source, bytes)

/** What the other one has in the end. */
type Way = (socket: Socket) => Promise<Uint8Array>

const safe: Readonly<Record<string, Way>> = {
  async "a Node stream by fromWeb, and a file"(socket) {
    const stream = createReadStream(source)
    const written = finished(stream.pipe(createWriteStream(target)))
    stream.pipe(Writable.fromWeb(webWritable(socket)))
    await written
    return readFileSync(target)
  },
  async "a Node stream by fromWeb, and somebody slow"(socket) {
    const stream = createReadStream(source)
    stream.pipe(Writable.fromWeb(webWritable(socket)))
    return await slowly(stream.pipe(new PassThrough()))
  },
  async "a Node stream by Duplex.fromWeb, and a file"(socket) {
    const stream = createReadStream(source)
    const written = finished(stream.pipe(createWriteStream(target)))
    const readable = socket.readable as unknown as NodeReadableStream
    stream.pipe(Duplex.fromWeb({ readable, writable: webWritable(socket) }))
    await written
    return readFileSync(target)
  },
  async "a Node stream by toWeb, and a data listener"(socket) {
    const stream = createReadStream(source)
    const parts: Uint8Array[] = []
    stream.on("data", (part: Buffer) => parts.push(part))
    await webReadable(stream).pipeTo(socket.writable)
    return Buffer.concat(parts)
  },
  async "a Buffer by pipeline"(socket) {
    const kept = Buffer.from(bytes.slice().buffer)
    await pipeline(Readable.from([kept]), Writable.fromWeb(webWritable(socket)))
    return kept
  },
  async "a Buffer by Readable.from and toWeb"(socket) {
    const kept = Buffer.from(bytes.slice().buffer)
    await webReadable(Readable.from([kept])).pipeTo(socket.writable)
    return kept
  },
  async "the bytes of a Response"(socket) {
    const kept = bytes.slice()
    await new Response(kept).body?.pipeTo(socket.writable)
    return kept
  },
  async "a cached chunk by a writer"(socket) {
    const kept = bytes.slice()
    const writer = socket.writable.getWriter()
    await writer.write(kept)
    await writer.close()
    return kept
  },
}

for (const [name, way] of Object.entries(safe)) {
  test(`the default leaves both intact: ${name}`, () => check(way, {}))
}

const taken: Readonly<Record<string, Way>> = {
  async "a cached chunk in a stream of the program's"(socket) {
    const kept = bytes.slice()
    await streamOf(kept).pipeTo(socket.writable)
    return kept
  },
  async "a cached chunk through a transform that passes it on"(socket) {
    const kept = bytes.slice()
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const piping = readable.pipeTo(socket.writable)
    const writer = writable.getWriter()
    await writer.write(kept)
    await writer.close()
    await piping
    return kept
  },
  async "a branch of tee()"(socket) {
    const [one, other] = streamOf(bytes.slice()).tee()
    const reading = other.getReader().read()
    await one.pipeTo(socket.writable)
    return (await reading).value ?? assert.fail("the other branch has ended")
  },
}

/** The standard copies for the clone, Deno does, and Bun 1.4 hands on the same chunks. */
const clone: Readonly<Record<string, Way>> = {
  async "the clone of a Response"(socket) {
    const response = new Response(webReadable(createReadStream(source)))
    const clone = response.clone()
    const [, kept] = await Promise.all([response.body?.pipeTo(socket.writable), clone.bytes()])
    return kept
  },
}

for (const [name, way] of Object.entries({ ...taken, ...clone })) {
  for (const ownership of ["copy", "borrow"] as const) {
    test(`${ownership} leaves both intact: ${name}`, () => check(way, { ownership }))
  }
}

for (const [name, way] of Object.entries(taken)) {
  test(`the default takes it, as the table says: ${name}`, async () => {
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port })
    const received = server.accepted().then(receiveAll)
    assert.equal((await way(socket)).byteLength, 0)
    await socket.close()
    assert.equal(sha256(await received), sha256(bytes))
  })
}

async function check(way: Way, options: SocketOptions): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const received = server.accepted().then(receiveAll)
  const other = await way(socket)
  await socket.close()
  assert.equal(sha256(other), sha256(bytes), "the other one")
  assert.equal(sha256(await received), sha256(bytes), "the peer")
}

async function slowly(stream: Readable): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const streamOf = (chunk: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(chunk)
      controller.close()
    },
  })

// The types of Node's streams and those of the platform know nothing of each other.
const webWritable = (socket: Socket) => socket.writable as unknown as NodeWritableStream
const webReadable = (stream: Readable) =>
  Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>
