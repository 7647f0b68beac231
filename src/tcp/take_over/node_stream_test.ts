import assert from "node:assert/strict"
import { addAbortSignal, Duplex, PassThrough, pipeline, Readable, Writable } from "node:stream"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { Flood } from "../../../test/flood.ts"
import { pattern as labPattern } from "../../../test/lab/pattern.ts"
import {
  dial,
  joined,
  pattern,
  PlainServer,
  type PlainSocket,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { refuses } from "../../../test/refused.ts"
import type { Socket } from "../socket.ts"
import { takeOver } from "./take_over.ts"

const timeout = 60_000

/** Ways to move a socket's bytes into the queue of another stream. */
const elsewhere:
  readonly (readonly [string, RegExp, (socket: PlainSocket) => AsyncIterable<Uint8Array>])[] = [
    ["Readable.toWeb", /web stream/, (socket) => Readable.toWeb(socket)],
    [
      "Readable.toWeb, read in bytes",
      /web stream/,
      (socket) => Readable.toWeb(socket, { type: "bytes" } as object),
    ],
    ["Duplex.toWeb", /web stream/, (socket) => Duplex.toWeb(socket).readable],
    ["pipe", /piped/, (socket) => socket.pipe(new PassThrough())],
    ["pipeline", /piped/, (socket) => pipeline(socket, new PassThrough(), () => {})],
    ["compose", /piped/, (socket) => socket.compose(new PassThrough()) as Duplex],
  ]

for (const [name, why, lead] of elsewhere) {
  test(
    `node:net: after ${name} it is refused, and the other stream gets every byte`,
    { timeout },
    async () => {
      await using server = await PlainServer.open()
      const given = await dial(server.port)
      const peer = await server.accepted()
      const stream = lead(given)
      const flood = new Flood(peer)
      while (given.bytesRead < 50_000) await setImmediate()
      await refuses(given, why)
      const sent = flood.end(200_000)
      const chunks: Uint8Array[] = []
      for await (const chunk of stream) chunks.push(chunk)
      assert.equal(sha256(joined(chunks)), sha256(labPattern(0, await sent)))
      given.destroy()
    },
  )
}

/**
 * Ways to use a socket after which it is taken over completely; `received` collects what the program
 * received.
 */
const here: readonly (readonly [
  string,
  (socket: PlainSocket, received: Uint8Array[]) => Promise<void> | void,
])[] = [
  ["in a loop over it", async (socket, received) => {
    const chunks = socket[Symbol.asyncIterator]()
    for (let i = 0; i < 3; i++) received.push((await chunks.next()).value)
  }],
  ["after an iterator of it was left", async (socket, received) => {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      received.push(chunk)
      break
    }
  }],
  ["with a listener of readable", (socket, received) => {
    socket.on("readable", () => {
      const bytes = socket.read(Math.min(10, socket.readableLength))
      if (bytes !== null) received.push(bytes)
    })
  }],
  ["after unpipe", async (socket, received) => {
    const sink = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        received.push(chunk)
        done()
      },
    })
    socket.pipe(sink)
    while (received.length === 0) await setImmediate()
    socket.unpipe(sink)
  }],
  ["with an abort signal", (socket) => void addAbortSignal(new AbortController().signal, socket)],
  ["while it is read by data listeners", (socket, received) => {
    socket.on("data", (chunk: Uint8Array) => received.push(chunk))
  }],
]

for (const [name, use] of here) {
  test(`node:net: ${name}, it is taken over completely`, { timeout }, async () => {
    for (let round = 0; round < 10; round++) {
      await using server = await PlainServer.open()
      const given = await dial(server.port)
      const peer = await server.accepted()
      const flood = new Flood(peer)
      const received: Uint8Array[] = []
      await use(given, received)
      for (let i = 0; i < round; i++) await setImmediate()
      const taking = takeOver(given, { received })
      const sent = flood.end(100_000)
      const socket = await taking
      assert.equal(sha256(await bytesOf(socket)), sha256(labPattern(0, await sent)), `${round}`)
      await socket.close()
    }
  })
}

test("node:net: bytes put back with unshift come first", async () => {
  await using server = await PlainServer.open()
  const given = await dial(server.port)
  const peer = await server.accepted()
  peer.write(pattern(100))
  const [chunk] = await new Promise<Uint8Array[]>((resolve) => {
    given.once("data", (...chunks: Uint8Array[]) => {
      given.pause()
      resolve(chunks)
    })
  })
  given.unshift(chunk.subarray(60))
  peer.end(pattern(1000, 2))
  const socket = await takeOver(given, { received: [chunk.subarray(0, 60)] })
  assert.deepEqual(await bytesOf(socket), joined([pattern(100), pattern(1000, 2)]))
  await socket.close()
})

test("node:net: a loop that waits for more ends, and gets nothing more", async () => {
  await using server = await PlainServer.open()
  const given = await dial(server.port)
  const peer = await server.accepted()
  const next = given[Symbol.asyncIterator]().next().then(({ value }) => value, () => "failed")
  await setImmediate()
  const taking = takeOver(given)
  peer.end(pattern(1000))
  const socket = await taking
  assert.deepEqual(await bytesOf(socket), pattern(1000))
  assert.ok([undefined, "failed"].includes(await next))
  await socket.close()
})

test("node:net: chunks waiting in a web stream of its writing side fail, or are a reason to refuse", async () => {
  await using server = await PlainServer.open()
  const given = await dial(server.port)
  const peer = await server.accepted()
  const writer = Writable.toWeb(given).getWriter()
  writer.closed.catch(() => {})
  const writes = [1, 2].map((seed) => writer.write(pattern(8_000_000, seed)))
  await setImmediate()
  await refuses(given, /unsent data/)
  const received = receiveAll(peer)
  await Promise.all(writes)
  const late = writer.write(pattern(10)).then(() => "written", () => "failed")
  const socket = await takeOver(given)
  await socket.close()
  const { byteLength } = await received
  assert.equal(byteLength, 16_000_000 + (await late === "written" ? 10 : 0))
})

async function bytesOf({ readable }: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return joined(chunks)
}
