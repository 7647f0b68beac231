import assert from "node:assert/strict"
import { once } from "node:events"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { defaultStack } from "../../stack/default_stack.ts"
import type { Socket } from "../socket.ts"
import { takeOver } from "./take_over.ts"
import { socketInodes, watchers } from "../../../test/descriptors.ts"
import { Flood } from "../../../test/flood.ts"
import {
  ending,
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { pattern as labPattern } from "../../../test/lab/pattern.ts"
import { refuses } from "../../../test/refused.ts"
import { descriptorAt, descriptorOf, kinds, pairOf } from "../../../test/runtime_sockets.ts"

/** Milliseconds. Bun's own limit of five seconds is short on a machine that is busy. */
const timeout = 60_000

for (const kind of kinds()) {
  const over = (promise: string) => `${kind.name}: ${promise}`

  for (const side of ["connected", "accepted"] as const) {
    for (const hostname of ["127.0.0.1", "::1"]) {
      test(over(`${side} over ${hostname}, it carries bytes both ways afterwards`), async () => {
        await using pair = await pairOf(kind, side, hostname)
        const { given, peer } = pair
        await given.send(pattern(10_000, 2))
        const received = receiveAll(peer)
        const socket = await takeOver(given.socket, { zerocopy: "always" })
        assert.equal(socket.remoteAddr.port, peer.localPort)
        assert.equal(socket.localAddr.port, peer.remotePort)

        const writer = socket.writable.getWriter()
        await writer.write(pattern(3_000_000))
        await socket.closeWrite()
        const all = await received
        assert.equal(sha256(all), sha256(joined([pattern(10_000, 2), pattern(3_000_000)])))

        peer.end(pattern(500_000, 3))
        assert.equal(sha256(await bytesOf(socket)), sha256(pattern(500_000, 3)))
        const report = await socket.close()
        assert.ok(report.released > 0)
        assert.deepEqual({ ...report, released: 0 }, { released: 0, byProof: 0, quarantined: 0 })
      })
    }
  }

  test(over("the peer sees neither a FIN nor a reset of it, and later a FIN"), async () => {
    await using pair = await pairOf(kind, "connected")
    const { given, peer } = pair
    let ended: string | undefined
    const end = ending(peer).then((how) => ended = how)
    const socket = await takeOver(given.socket)
    peer.write("are you there?")
    const reader = socket.readable.getReader()
    assert.equal(text((await reader.read()).value), "are you there?")
    reader.releaseLock()
    assert.equal(ended, undefined)
    await socket.close()
    assert.equal(await end, "fin")
  })

  test(over("close lets a slow peer have everything"), async () => {
    await using pair = await pairOf(kind, "accepted")
    const { given, peer } = pair
    const socket = await takeOver(given.socket)
    await socket.writable.getWriter().write(pattern(1_000_000))
    const closed = socket.close()
    const received = receiveAll(peer)
    assert.equal(sha256(await received), sha256(pattern(1_000_000)))
    await closed
  })

  test(over("nothing that comes meanwhile is lost, doubled or moved"), { timeout }, async () => {
    for (let round = 0; round < 20; round++) {
      await using pair = await pairOf(kind, round % 2 === 0 ? "connected" : "accepted")
      const { given, peer } = pair
      const flood = new Flood(peer)
      for (let i = 0; i < round; i++) await (i % 3 === 0 ? given.receive() : setImmediate())
      const taking = takeOver(given.socket, { received: given.received })
      const sent = flood.end(200_000)
      const socket = await taking
      const all = await bytesOf(socket)
      assert.equal(sha256(all), sha256(labPattern(0, await sent)), `round ${round}`)
      await socket.close()
    }
  })

  test(over("what was received comes first, even when its memory is used again"), async () => {
    await using pair = await pairOf(kind, "connected")
    const { given, peer } = pair
    const received = [pattern(5, 2), new Uint8Array(0), pattern(200_000, 3).subarray(1)]
    const expected = joined([...received, pattern(1000)])
    const taking = takeOver(given.socket, { received })
    for (const bytes of received) bytes.fill(0)
    const socket = await taking
    peer.end(pattern(1000))
    const reader = socket.readable.getReader({ mode: "byob" })
    const first = await reader.read(new Uint8Array(3))
    assert.deepEqual(first.value, expected.slice(0, 3))
    reader.releaseLock()
    assert.equal(sha256(await bytesOf(socket)), sha256(expected.subarray(3)))
    await socket.close()
  })

  test(over("what was received can be read after the peer has reset the connection"), async () => {
    await using pair = await pairOf(kind, "connected")
    const { given, peer } = pair
    const socket = await takeOver(given.socket, { received: [pattern(10)] })
    peer.resetAndDestroy()
    await assert.rejects(writeUntilLost(socket))
    const reader = socket.readable.getReader()
    assert.deepEqual((await reader.read()).value, pattern(10))
    await assert.rejects(reader.read(), { message: /Connection lost/ })
    await socket.close().catch(() => {})
  })

  test(
    over("fifty in a row leave no file descriptor and nobody who watches"),
    { timeout },
    async () => {
      await using server = await PlainServer.open()
      const before = socketInodes()
      for (let i = 0; i < 50; i++) {
        const given = await kind.connect(server.port)
        const peer = await server.accepted()
        const both = socketInodes()
        const fresh = both.filter((inode) => !before.includes(inode))
        const watched = fresh.map(watchers)
        const socket = await takeOver(given.socket)
        // One of its file descriptors is gone, and there is a new one, which our own epoll instance
        // watches.
        assert.deepEqual(socketInodes().toSorted(), both.toSorted())
        const changed = fresh.filter((inode, i) =>
          watchers(inode).length === 1 && !watched[i].includes(watchers(inode)[0])
        )
        assert.equal(changed.length, 1, "the runtime watches it still")
        const received = receiveAll(peer)
        await socket.close()
        await received
        peer.destroy()
        await once(peer, "close")
      }
      await setImmediate()
      assert.deepEqual(socketInodes().toSorted(), before.toSorted())
    },
  )

  test(over("what is known of lost bytes leaves out those that the runtime has sent"), async () => {
    await using pair = await pairOf(kind, "connected")
    const { given, peer } = pair
    // Otherwise its buffer would grow. Bytes that do not fit stay here.
    defaultStack().kernel.setOption(descriptorOf(peer), "SO_RCVBUF", 50_000)
    await given.send(pattern(1_500_000))
    const socket = await takeOver(given.socket)
    const writer = socket.writable.getWriter()
    await writer.write(pattern(10_000))
    writer.releaseLock()
    // The peer takes some of the runtime's bytes and none of ours.
    peer.once("data", () => peer.pause())
    await once(peer, "pause")
    await new Promise((resolve) => setTimeout(resolve, 50))
    peer.resetAndDestroy()
    const { reason } = await writeUntilLost(socket).catch((failure) => failure)
    assert.equal(reason.progress.acceptedBytes, 10_000)
    assert.equal(reason.progress.unknownBytes, 10_000)
    await socket.close().catch(() => {})
  })

  test(over("refused when it is closed"), async () => {
    await using pair = await pairOf(kind, "connected")
    pair.given.close()
    await refuses(pair.given.socket, /closed|writing side/)
  })

  test(over("refused when it was taken over before"), async () => {
    await using pair = await pairOf(kind, "accepted")
    const socket = await takeOver(pair.given.socket)
    await refuses(pair.given.socket, /closed/)
    await socket.close()
  })

  test(over("refused when its writing side has ended"), async () => {
    await using pair = await pairOf(kind, "connected")
    await pair.given.end()
    await refuses(pair.given.socket, /writing side has ended/)
    pair.given.close()
  })

  test(over("taken when the peer has ended its writing side"), async () => {
    await using pair = await pairOf(kind, "accepted")
    const { given, peer } = pair
    peer.end("last words")
    await given.receive()
    const socket = await takeOver(given.socket, { received: given.received })
    assert.equal(text(await bytesOf(socket)), "last words")
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(70_000))
    await socket.close()
    assert.equal(sha256(await received), sha256(pattern(70_000)))
  })

  test(over("noDelay: false leaves the option as it was, else it is set"), async () => {
    for (const wanted of [undefined, false]) {
      for (const before of [0, 1]) {
        await using pair = await pairOf(kind, "connected")
        const { given, peer } = pair
        const { kernel } = defaultStack()
        // The peer's addresses are those of the socket, the other way round.
        const fd = descriptorAt(peer.remotePort, peer.localPort)
        kernel.setOption(fd, "TCP_NODELAY", before)
        const options = wanted === undefined ? {} : { noDelay: wanted }
        const socket = await takeOver(given.socket, options)
        const now = kernel.getOption(descriptorAt(peer.remotePort, peer.localPort), "TCP_NODELAY")
        assert.equal(now, wanted === false ? before : 1)
        await socket.close()
      }
    }
  })

  test(over("options that are out of range are refused before anything is done"), async () => {
    await using pair = await pairOf(kind, "connected")
    const { given, peer } = pair
    await assert.rejects(takeOver(given.socket, { threshold: 0 }), TypeError)
    const received = "text" as unknown as Uint8Array[]
    await assert.rejects(takeOver(given.socket, { received }), TypeError)
    await assert.rejects(takeOver(given.socket, { received: ["a"] as never }), TypeError)
    await given.send(pattern(10))
    given.close()
    assert.deepEqual(await receiveAll(peer), pattern(10))
  })
}

const others: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["an empty object", {}],
  ["a function", () => {}],
  ["a stream", new ReadableStream()],
  ["an address", { hostname: "127.0.0.1", port: 1 }],
  ["half a socket", { readable: new ReadableStream(), writable: new WritableStream() }],
]
for (const [name, value] of others) {
  test(`${name} is not a socket`, async () => {
    await assert.rejects(takeOver(value as never), TypeError)
  })
}

test("a Zerowire socket is not taken over again", async () => {
  await using pair = await pairOf(kinds()[0], "connected")
  const socket = await takeOver(pair.given.socket)
  await assert.rejects(takeOver(socket as never), { name: "TypeError", message: /already one/ })
  await socket.close()
})

/** Rejects when the connection is lost, and never settles before. */
async function writeUntilLost({ writable }: Socket): Promise<never> {
  const writer = writable.getWriter()
  for (;;) {
    await writer.write(new Uint8Array(100))
    await setImmediate()
  }
}

async function bytesOf({ readable }: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return joined(chunks)
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
