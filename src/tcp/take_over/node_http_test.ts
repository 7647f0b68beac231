import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, request, type Server } from "node:http"
import type { AddressInfo, Socket as NodeSocket } from "node:net"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { socketInodes, watchers } from "../../../test/descriptors.ts"
import { Flood } from "../../../test/flood.ts"
import { pattern as labPattern } from "../../../test/lab/pattern.ts"
import {
  dial,
  ending,
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

for (const event of ["connect", "upgrade"] as const) {
  for (const side of ["server", "client"] as const) {
    const over = (promise: string) => `node:http, "${event}" of a ${side}: ${promise}`

    test(over("taken at once, behind what was written, it carries bytes both ways"), async () => {
      await using tunnel = await Tunnel.open(event, side)
      const { socket: given, head, peer } = tunnel
      given.write("hello ")
      const received = receiveAll(peer)
      const socket = await takeOver(given, { received: [head], zerocopy: "always" })
      await socket.writable.getWriter().write(pattern(3_000_000))
      peer.end(pattern(500_000, 3))
      assert.equal(sha256(await bytesOf(socket)), sha256(pattern(500_000, 3)))
      await socket.close()
      const expected = joined([new TextEncoder().encode("hello "), pattern(3_000_000)])
      assert.equal(sha256(await received), sha256(expected))
    })

    for (const reads of ["nothing", "data", "in parts", "paused"] as const) {
      test(over(`nothing that comes meanwhile is lost, read: ${reads}`), { timeout }, async () => {
        for (let round = 0; round < 12; round++) {
          await using tunnel = await Tunnel.open(event, side)
          const { socket: given, head, peer } = tunnel
          const received: Uint8Array[] = [head]
          read(given, reads, received)
          const flood = new Flood(peer)
          for (let i = 0; i < round * 3; i++) await setImmediate()
          const taking = takeOver(given, { received })
          const sent = flood.end(200_000)
          const socket = await taking
          assert.equal(sha256(await bytesOf(socket)), sha256(labPattern(0, await sent)))
          await socket.close()
        }
      })
    }

    test(over("a burst that came with the request is whole"), { timeout }, async () => {
      for (let round = 0; round < 8; round++) {
        await using tunnel = await Tunnel.open(event, side, pattern(3_000_000))
        const { socket: given, head, peer } = tunnel
        for (let i = 0; i < round; i++) await setImmediate()
        const socket = await takeOver(given, { received: [head] })
        peer.end()
        assert.equal(sha256(await bytesOf(socket)), sha256(pattern(3_000_000)), `round ${round}`)
        await socket.close()
      }
    })

    test(over("the peer sees neither a FIN nor a reset of it, and later a FIN"), async () => {
      await using tunnel = await Tunnel.open(event, side)
      const { socket: given, head, peer } = tunnel
      let ended: string | undefined
      const end = ending(peer).then((how) => ended = how)
      const socket = await takeOver(given, { received: [head] })
      peer.write("are you there?")
      await socket.readable.getReader().read()
      assert.equal(ended, undefined)
      await socket.close()
      assert.equal(await end, "fin")
    })

    test(over("ten in a row leave no file descriptor and nobody who watches"), async () => {
      for (let i = 0; i < 10; i++) {
        await using tunnel = await Tunnel.open(event, side)
        const { socket: given, head, peer } = tunnel
        const before = socketInodes()
        const watched = before.map(watchers)
        const socket = await takeOver(given, { received: [head] })
        assert.deepEqual(socketInodes().toSorted(), before.toSorted())
        const changed = before.filter((inode, i) => `${watchers(inode)}` !== `${watched[i]}`)
        assert.equal(changed.length, 1)
        assert.equal(watchers(changed[0]).length, 1, "the runtime watches it still")
        const received = receiveAll(peer)
        await socket.close()
        await received
      }
    })

    test(over("refused when it is closed, or was taken"), async () => {
      await using tunnel = await Tunnel.open(event, side)
      const { socket: given, head } = tunnel
      const socket = await takeOver(given, { received: [head] })
      await refuses(given, /closed/)
      await socket.close()
    })
  }
}

test("node:http: a socket from which it still reads messages is refused, and stays usable", async () => {
  const asking = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    await refuses(request.socket, /"connect" and "upgrade"/)
    response.write("un")
    await asking.promise
    response.end("harmed")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const asked = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" })
  asked.end()
  const [response] = await once(asked, "response")
  await refuses(response.socket, /"connect" and "upgrade"/)
  asking.resolve()
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk)
  assert.equal(new TextDecoder().decode(joined(chunks)), "unharmed")
  await closed(server)
})

// In Bun that lasts for a turn at most, after a burst.
test("node:http: what a handle has read and not handed on yet goes to readable alone", async () => {
  for (const listener of ["data", "readable", "none"]) {
    await using server = await PlainServer.open()
    const given = await dial(server.port)
    const peer = await server.accepted()
    const heard: unknown[] = []
    if (listener !== "none") given.on(listener, (bytes) => heard.push(bytes ?? given.read()))
    await setImmediate()
    given.pause()
    const queue = [pattern(100_000), pattern(5, 2)]
    const handle = {
      get hasQueuedTunnelReads() {
        return queue.length > 0
      },
      readStart() {
        if (queue.length > 0) given.push(queue.shift())
      },
    }
    Object.assign(given, { [Symbol("handle")]: handle })
    given.resume()
    const socket = await takeOver(given, { received: [pattern(3, 3)] })
    peer.end(pattern(1000, 4))
    const expected = joined([pattern(3, 3), pattern(100_000), pattern(5, 2), pattern(1000, 4)])
    assert.equal(sha256(await bytesOf(socket)), sha256(expected), listener)
    assert.deepEqual(heard.filter((bytes) => bytes !== null), [])
    await socket.close()
  }
})

test("node:http: a handle that delivers nothing, or is closed in the meantime, is a reason to refuse", async () => {
  await using server = await PlainServer.open()
  for (
    const [readStart, why] of [[() => {}, /does not deliver/], [
      close,
      /closed in the meantime/,
    ]] as const
  ) {
    const given = await dial(server.port)
    const peer = await server.accepted()
    const handle = { hasQueuedTunnelReads: true, readStart: () => readStart(given, handle) }
    Object.assign(given, { [Symbol("handle")]: handle })
    await refuses(given, why, { closes: true })
    given.destroy()
    peer.destroy()
  }
})

function close(socket: PlainSocket, handle: { hasQueuedTunnelReads: boolean }): void {
  socket.destroy()
  handle.hasQueuedTunnelReads = false
}

/** A socket that `node:http` has given up, and its plain peer. */
class Tunnel implements AsyncDisposable {
  readonly socket: NodeSocket
  readonly head: Uint8Array
  readonly peer: PlainSocket
  readonly #close: () => Promise<unknown>

  private constructor(
    [, socket, head]: Given,
    peer: PlainSocket,
    close: () => Promise<unknown>,
  ) {
    this.socket = socket
    this.head = head
    this.peer = peer
    this.#close = close
    socket.on("error", () => {})
  }

  /** `early` follows the message of the peer in the same write. */
  static async open(
    event: "connect" | "upgrade",
    side: "server" | "client",
    early = new Uint8Array(0),
  ): Promise<Tunnel> {
    if (side === "server") {
      const server = createServer()
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      const given = once(server, event)
      const peer = await dial((server.address() as AddressInfo).port)
      peer.write(joined([new TextEncoder().encode(requests[event]), early]))
      return new Tunnel(await given as Given, peer, () => closed(server))
    }
    const server = await PlainServer.open()
    const asked = request({
      port: server.port,
      host: "127.0.0.1",
      ...event === "connect"
        ? { method: "CONNECT", path: "a:1" }
        : { headers: { connection: "Upgrade", upgrade: "tunnel" } },
    })
    asked.end()
    const given = once(asked, event)
    const peer = await server.accepted()
    await once(peer, "readable")
    peer.read()
    peer.write(joined([new TextEncoder().encode(answers[event]), early]))
    return new Tunnel(await given as Given, peer, () => server[Symbol.asyncDispose]())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peer.destroy()
    this.socket.destroy()
    await this.#close()
  }
}

type Given = [message: unknown, socket: NodeSocket, head: Uint8Array]

const requests = {
  connect: "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
  upgrade: "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tunnel\r\n\r\n",
}

const answers = {
  connect: "HTTP/1.1 200 OK\r\n\r\n",
  upgrade: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tunnel\r\n\r\n",
}

/** Has a program read from the socket in one of the possible ways. */
function read(socket: NodeSocket, how: string, received: Uint8Array[]): void {
  if (how === "data") socket.on("data", (bytes: Uint8Array) => received.push(bytes))
  if (how === "in parts") {
    socket.on("readable", () => {
      const bytes = socket.read(Math.min(1000, socket.readableLength))
      if (bytes !== null) received.push(bytes)
    })
  }
  if (how === "paused") {
    socket.on("data", (bytes: Uint8Array) => {
      received.push(bytes)
      socket.pause()
    })
  }
}

const closed = (server: Server) => new Promise((resolve) => server.close(resolve))

async function bytesOf({ readable }: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return joined(chunks)
}
