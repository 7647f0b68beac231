import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as EffectSocket from "effect/socket/Socket"
import { SocketServer } from "effect/socket/SocketServer"
import * as Stream from "effect/Stream"
import { collect, inChunks, logTo, run } from "../../test/effect_program.ts"
import { dial, ending, pattern, receiveAll, sha256 } from "../../test/plain_peer.ts"
import { layerSocketServer, type ListenOptions, ServedSocket, sink, stream } from "../effect.ts"

test("an echo server of Effect serves a plain client", async () => {
  await serving({}, echo, async (port) => {
    const bytes = pattern(3_000_000)
    const peer = await dial(port)
    const echoed = receiveAll(peer)
    peer.end(bytes)
    assert.equal(sha256(await echoed), sha256(bytes))
  })
})

test("a close by the peer is not reported, a failure of a handler is", async () => {
  const lines: string[] = []
  const picky = (socket: EffectSocket.Socket) =>
    Effect.scoped(Effect.gen(function* () {
      const { pull } = yield* socket.reader
      const [first] = yield* pull
      if (first.length === 1) return yield* Effect.fail("too short")
      yield* pull
    }))
  const client = async (port: number) => {
    for (const [text, end] of [["long enough", "fin"], ["x", "reset"]]) {
      const peer = await dial(port)
      const ended = ending(peer)
      peer.end(text)
      assert.equal(await ended, end)
    }
  }
  await run(logTo(lines)(served({}, picky, client)))
  assert.equal(lines.length, 1)
  assert.match(lines[0], /Unhandled error of a connection .*too short/)
})

test("it serves several clients at once", async () => {
  await serving({}, echo, async (port) => {
    const peers = await Promise.all([1, 2, 3].map(() => dial(port)))
    const echoed = peers.map(receiveAll)
    peers.forEach((peer, i) => peer.end(pattern(500_000, i)))
    const hashes = (await Promise.all(echoed)).map(sha256)
    assert.deepEqual(hashes, peers.map((_, i) => sha256(pattern(500_000, i))))
  })
})

test("a socket of Effect as a channel goes both ways", async () => {
  const upperCase = (socket: EffectSocket.Socket) =>
    Stream.make("hello ", "world").pipe(
      Stream.pipeThroughChannel(EffectSocket.toChannelString(socket)),
      Stream.runDrain,
      Effect.ignore,
    )
  await serving({}, upperCase, async (port) => {
    const peer = await dial(port)
    const received = receiveAll(peer)
    assert.equal(new TextDecoder().decode(await received), "hello world")
    peer.end("bye")
  })
})

test("a handler that only writes need not acquire the reader", async () => {
  const greet = (socket: EffectSocket.Socket) =>
    Effect.scoped(Effect.flatMap(socket.writer, ({ write }) => write("hello")))
  await serving({}, greet, async (port) => {
    assert.equal(new TextDecoder().decode(await receiveAll(await dial(port))), "hello")
  })
})

test("a chunk can be reused, for the same socket and for others", async () => {
  const chunk = pattern(200_000)
  const twice = (socket: EffectSocket.Socket) =>
    Effect.scoped(Effect.gen(function* () {
      const { write, writeAll } = yield* socket.writer
      yield* write(chunk)
      yield* writeAll([chunk, chunk])
    }))
  await serving({ zerocopy: "always" }, twice, async (port) => {
    for (let i = 0; i < 2; i++) {
      const received = await receiveAll(await dial(port))
      assert.equal(received.byteLength, 600_000)
      assert.equal(sha256(received.subarray(400_000)), sha256(pattern(200_000)))
    }
  })
})

test("a handler finds the underlying socket: its peer's address, its statistics, its sink", async () => {
  const bytes = pattern(1_000_000)
  let see: (seen: { port: number; acceptedBytes: number }) => void
  const seen = new Promise((resolve) => see = resolve)
  const handler = () =>
    Effect.gen(function* () {
      const socket = Option.getOrThrow(yield* Effect.serviceOption(ServedSocket))
      yield* Stream.run(inChunks(bytes, 65_536), sink(socket))
      yield* collect(stream(socket))
      see({ port: socket.remoteAddr.port, acceptedBytes: socket.stats().acceptedBytes })
    })
  await serving({}, handler, async (port) => {
    const peer = await dial(port)
    const { localPort } = peer
    const received = await receiveAll(peer)
    assert.equal(sha256(received), sha256(bytes))
    peer.end()
    assert.deepEqual(await seen, { port: localPort, acceptedBytes: bytes.byteLength })
  })
})

test("the end of a reader's scope ends the connection, and no other follows", async () => {
  const { promise: tags, resolve } = Promise.withResolvers<unknown[]>()
  const handler = (socket: EffectSocket.Socket) =>
    Effect.gen(function* () {
      yield* Effect.scoped(socket.reader)
      const failure = yield* Effect.flip(Effect.scoped(socket.reader))
      const unsent = yield* Effect.scoped(
        Effect.flatMap(socket.writer, ({ write }) => Effect.flip(write("late"))),
      )
      resolve([failure.reason._tag, unsent.reason._tag])
    })
  await serving({}, handler, async (port) => {
    assert.equal(await ending(await dial(port)), "fin")
    await tags
  })
  assert.deepEqual(await tags, ["SocketCloseError", "SocketWriteError"])
})

test("a peer that resets is a SocketReadError with the ZerowireError as its cause", async () => {
  let failure: EffectSocket.SocketError | undefined
  const handler = (socket: EffectSocket.Socket) =>
    Effect.scoped(Effect.flatMap(socket.reader, ({ pull }) => Effect.forever(pull))).pipe(
      Effect.catch((error) => Effect.sync(() => failure = error)),
    )
  await serving({}, handler, async (port) => {
    const peer = await dial(port)
    peer.write("x")
    await new Promise((resolve) => setTimeout(resolve, 20))
    peer.resetAndDestroy()
    while (failure === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  })
  assert.ok(failure?.reason._tag === "SocketReadError")
  assert.match(String(failure.reason.cause), /ZerowireError: Connection lost: ECONNRESET/)
})

test("the address of a server is that of its port, in IPv4 and in IPv6", async () => {
  for (const [hostname, formatted] of [["127.0.0.1", "127.0.0.1:"], ["::1", "[::1]:"]]) {
    await run(
      Effect.gen(function* () {
        const { address } = yield* SocketServer
        assert.ok(NetAddress.isInetAddress(address))
        assert.ok(address.port > 0)
        assert.equal(NetAddress.formatInet(address), `${formatted}${address.port}`)
      }).pipe(Effect.provide(layerSocketServer({ hostname, port: 0 }))),
    )
  }
})

test("a port that is taken is a SocketServerOpenError", async () => {
  const failure = await run(
    Effect.gen(function* () {
      const { address } = yield* SocketServer
      assert.ok(NetAddress.isInetAddress(address))
      const second = layerSocketServer({ hostname: "127.0.0.1", port: address.port })
      return yield* Effect.flip(Layer.build(second))
    }).pipe(Effect.provide(layerSocketServer({ hostname: "127.0.0.1", port: 0 }))),
  )
  assert.equal(failure.reason._tag, "SocketServerOpenError")
  assert.match(String(failure.reason.cause), /Cannot listen on 127.0.0.1:\d+: EADDRINUSE/)
})

const echo = (socket: EffectSocket.Socket) =>
  Effect.scoped(Effect.gen(function* () {
    const { writeAll } = yield* socket.writer
    const { pull } = yield* socket.reader
    yield* Effect.forever(Effect.flatMap(pull, writeAll))
  }))

const serving = (...args: Parameters<typeof served>): Promise<void> => run(served(...args))

/** Runs `handler` behind a port of this host, for as long as `client` uses it. */
const served = (
  options: Partial<ListenOptions>,
  handler: (socket: EffectSocket.Socket) => Effect.Effect<unknown, unknown>,
  client: (port: number) => Promise<void>,
) =>
  Effect.gen(function* () {
    const server = yield* SocketServer
    assert.ok(NetAddress.isInetAddress(server.address))
    const { port } = server.address
    const fiber = yield* Effect.forkChild(server.run(handler))
    yield* Effect.promise(() => client(port))
    yield* Fiber.interrupt(fiber)
  }).pipe(Effect.provide(layerSocketServer({ hostname: "127.0.0.1", port: 0, ...options })))
