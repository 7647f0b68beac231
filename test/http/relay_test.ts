import assert from "node:assert/strict"
import { test } from "node:test"
import { connect, type DirectSocket, type Socket } from "zerowire"
import { type Completed } from "zerowire/http"
import { RelayPace } from "../../src/tcp/streams/relay_pace.ts"
import { pattern, PlainServer, type PlainSocket, sha256 } from "../plain_peer.ts"
import { RawClient, serving } from "./client.ts"

const contents = pattern(3_000_000)
const get = (version = "1.1") => `GET / HTTP/${version}\r\nHost: a\r\n\r\n`
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** A server that answers with what the upstream sends, and everything that a test needs of both. */
async function relaying(
  headers: HeadersInit,
  send: (upstream: PlainSocket) => void,
  ask: (relay: {
    readonly client: RawClient
    readonly socket: () => Socket
    readonly all: readonly Completed[]
  }) => Promise<void>,
): Promise<void> {
  await using origin = await PlainServer.open()
  const all: Completed[] = []
  const sockets: Socket[] = []
  {
    await using server = await serving(async () => {
      const socket = await connect({ port: origin.port })
      sockets.push(socket)
      send(await origin.accepted())
      return new Response(socket.readable, { headers })
    }, { onComplete: (completed) => void all.push(completed) })
    await using client = await RawClient.open(server)
    await ask({ client, socket: () => sockets[0], all })
  }
  for (const socket of sockets) await socket.abort()
}

/** The body of a chunked answer. */
function unchunked(answer: string): { readonly body: string; readonly chunks: number } {
  let body = ""
  let chunks = 0
  for (let at = answer.indexOf("\r\n\r\n") + 4;; chunks++) {
    const size = parseInt(answer.slice(at, answer.indexOf("\r\n", at)), 16)
    at = answer.indexOf("\r\n", at) + 2
    if (size === 0) return { body, chunks }
    body += answer.slice(at, at + size)
    assert.equal(answer.slice(at + size, at + size + 2), "\r\n")
    at += size + 2
  }
}

test("what a socket receives is moved by the kernel, as chunks, to its end", async () => {
  await relaying({}, (upstream) => upstream.end(contents), async ({ client, all }) => {
    client.send(get())
    await client.until(/\r\n0\r\n\r\n$/)
    assert.match(client.received, /\r\ntransfer-encoding: chunked\r\n/)
    const { body } = unchunked(client.received)
    assert.equal(sha256(latin1(body)), sha256(contents))
    // The connection serves on.
    client.send("GET / HTTP/1.0\r\n\r\n")
    await client.rest()
    assert.equal(all[0].outcome, "sent")
    assert.equal(all[0].movedBytes, contents.byteLength)
  })
})

test("chunks keep their sizes though so much arrives that a courier would move it", async (t) => {
  t.mock.getter(RelayPace.prototype, "busy", () => true)
  await relaying({}, (upstream) => upstream.end(contents), async ({ client }) => {
    client.send(get())
    await client.until(/\r\n0\r\n\r\n$/)
    assert.equal(sha256(latin1(unchunked(client.received).body)), sha256(contents))
  })
})

test("with a length, the rest of what the socket receives stays with it", async () => {
  const headers = { "content-length": "2000000" }
  await relaying(headers, (upstream) => upstream.end(contents), async ({ client, socket, all }) => {
    client.send(get())
    while (client.received.length < 2_000_000) await client.until(/[^]*/).then(soon)
    client.peer.end()
    const answer = await client.rest()
    const body = answer.slice(answer.indexOf("\r\n\r\n") + 4)
    assert.equal(sha256(latin1(body)), sha256(contents.subarray(0, 2_000_000)))
    const rest = await new Response(socket().readable).bytes()
    assert.equal(sha256(rest), sha256(contents.subarray(2_000_000)))
    assert.equal(all[0].movedBytes, 2_000_000)
  })
})

test("what was put back comes first, and the rest of it stays", async () => {
  await using origin = await PlainServer.open()
  const { promise: relayed, resolve } = Promise.withResolvers<Socket>()
  await using server = await serving(async () => {
    const { promise: received, resolve: receive } = Promise.withResolvers<DirectSocket>()
    void connect({
      port: origin.port,
      socket: {
        data(socket: DirectSocket, bytes) {
          socket.unread(bytes.subarray("head".length))
          socket.pause()
          receive(socket)
        },
      },
    })
    const upstream = await origin.accepted()
    upstream.write("headbodyre")
    const socket = await received
    upstream.end("st")
    resolve(socket)
    return new Response(socket.readable, { headers: { "content-length": "4" } })
  })
  await using client = await RawClient.open(server)
  client.send(get())
  await client.until(/\r\n\r\nbody$/)
  const socket = await relayed
  assert.equal(await new Response(socket.readable).text(), "rest")
  await socket.abort()
})

test("an HTTP/1.0 client gets it unframed, to the end of the connection", async () => {
  await relaying({}, (upstream) => upstream.end(contents), async ({ client }) => {
    client.send(get("1.0"))
    const answer = await client.rest()
    assert.doesNotMatch(answer.slice(0, 500), /transfer-encoding|content-length/)
    const body = answer.slice(answer.indexOf("\r\n\r\n") + 4)
    assert.equal(sha256(latin1(body)), sha256(contents))
  })
})

test("a socket that is lost, or ends early, resets: nobody takes a part for the whole", async (t) => {
  t.mock.method(console, "error", () => {})
  const sources: readonly (readonly [HeadersInit, (upstream: PlainSocket) => void])[] = [
    [{}, (upstream) => upstream.write("hello", () => upstream.resetAndDestroy())],
    [
      { "content-length": "10" },
      (upstream) => upstream.write("hello", () => upstream.resetAndDestroy()),
    ],
    [{ "content-length": "10" }, (upstream) => upstream.end("hello")],
  ]
  for (const [headers, send] of sources) {
    await relaying(headers, send, async ({ client, all }) => {
      client.send(get())
      assert.equal(await client.ended, "reset")
      assert.doesNotMatch(client.received, /\r\n0\r\n\r\n$/)
      assert.notEqual(all[0].outcome, "sent")
    })
  }
})

test("a client that is lost ends the relay, and what comes is thrown away", async () => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const endless = (upstream: PlainSocket) => {
    const next = (failure?: Error | null) => {
      if (!failure) timer = setTimeout(more)
    }
    const more = () => upstream.write(contents.subarray(0, 100_000), next)
    more()
  }
  await relaying({}, endless, async ({ client, all, socket }) => {
    client.send(get())
    await client.until(/HTTP/)
    client.peer.resetAndDestroy()
    while (all.length === 0) await soon()
    assert.equal(all[0].outcome, "lost")
    assert.equal(await socket().readable.getReader().read().then(({ done }) => done), true)
  })
  clearTimeout(timer)
})

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
