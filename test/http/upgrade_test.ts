import { Buffer } from "node:buffer"
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import type { Socket } from "zerowire"
import { type Completed, type Handler } from "zerowire/http"
import { RawClient, serving } from "./client.ts"

const ask = (more = "", version = "1.1") =>
  `GET /chat HTTP/${version}\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: other, Echo/1\r\n${more}\r\n`

/** Sends back what arrives, until the client ends. */
const echo: Handler = (_, info) => {
  const upgrade = info.upgrade({ protocol: "echo/1", headers: { "x-a": "b", upgrade: "h2c" } })
  if (upgrade === undefined) return new Response("echo only", { status: 426 })
  void upgrade.socket.then((socket) => socket.readable.pipeTo(socket.writable), () => {})
  return upgrade.response
}

test("a connection leaves HTTP, and nothing that was read is lost", async () => {
  for (const early of ["", "hello", "x".repeat(200_000)]) {
    await using server = await serving(echo)
    await using client = await RawClient.open(server)
    client.send(ask() + early)
    await client.until(/\r\n\r\n/)
    client.send(" world")
    client.peer.end()
    const answer = await client.rest()
    const head = answer.slice(0, answer.indexOf("\r\n\r\n") + 4)
    assert.equal(
      head,
      "HTTP/1.1 101 Switching Protocols\r\nx-a: b\r\nconnection: upgrade\r\nupgrade: echo/1\r\n\r\n",
    )
    assert.ok(answer.slice(head.length) === `${early} world`)
    assert.equal(await client.ended, "fin")
  }
})

test("an answer may come late, behind a request before it, and be a copy of the response", async () => {
  await using server = await serving(async (request, info) => {
    if (request.url.endsWith("/first")) return new Response("first")
    const upgrade = info.upgrade({ protocol: "echo/1" })
    assert.ok(upgrade !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    void upgrade.socket.then((socket) => socket.readable.pipeTo(socket.writable))
    const { body, status, headers } = upgrade.response
    return new Response(body, { status, headers: { ...headers, "x-late": "yes" } })
  })
  await using client = await RawClient.open(server)
  client.send(`GET /first HTTP/1.1\r\nHost: a\r\n\r\n${ask()}hello`)
  client.peer.end()
  assert.match(
    await client.rest(),
    /^HTTP\/1\.1 200 OK\r\n[^]*first\r?\n?HTTP\/1\.1 101 [^]*x-late: yes\r\n[^]*\r\n\r\nhello$/,
  )
})

test("who does not ask, has a body, or speaks HTTP/1.0 is answered as usual", async () => {
  await using server = await serving(echo)
  const requests = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo/1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    `${ask("Content-Length: 5\r\n")}hello`,
    `${ask("Transfer-Encoding: chunked\r\n")}5\r\nhello\r\n0\r\n\r\n`,
  ]
  await using client = await RawClient.open(server)
  client.send(requests.join(""))
  client.send(ask("", "1.0"))
  client.peer.end()
  const answers = await client.rest()
  assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), new Array(6).fill("HTTP/1.1 426"))
})

test("an upgrade that is answered otherwise rejects, and the connection serves on", async () => {
  const sockets: Promise<Socket>[] = []
  const upgrading = (answer: () => Response): Handler => (_, info) => {
    const upgrade = info.upgrade({ protocol: "echo/1" })
    if (upgrade !== undefined) sockets.push(upgrade.socket)
    return answer()
  }
  const failing = () => {
    throw new Error("no")
  }
  for (const answer of [() => new Response("no", { status: 403 }), failing]) {
    await using server = await serving(upgrading(answer), {
      onError: () => new Response("no", { status: 403 }),
    })
    await using client = await RawClient.open(server)
    client.send(ask() + ask())
    await client.until(/ 403 [^]* 403 [^]*no$/)
  }
  assert.equal(sockets.length, 4)
  for (const socket of sockets) await assert.rejects(socket, /403|no/)
})

test("wrong options are refused, and so is status 101 without an upgrade", async () => {
  const handlers: Handler[] = [
    (_, info) => (info.upgrade({ protcol: "x" } as never), new Response()),
    (_, info) => (info.upgrade({ protocol: "a\r\nb" }), new Response()),
    () => new Response(null, { status: 101 }),
  ]
  const texts = [/no option "protcol"/, /Cannot upgrade/, /info\.upgrade/]
  for (const [i, handler] of handlers.entries()) {
    await using server = await serving(handler, {
      onError: (error) => new Response(`${error}`, { status: 500 }),
    })
    await using client = await RawClient.open(server)
    client.send(ask())
    assert.match(await client.until(/Error: [^]+$/), texts[i])
  }
})

test("an upgraded connection is the program's: the server ends without it", async () => {
  const { promise: upgraded, resolve } = Promise.withResolvers<Socket>()
  const all: Completed[] = []
  const server = await serving((_, info) => {
    const upgrade = info.upgrade({ protocol: "echo/1" })
    assert.ok(upgrade !== undefined)
    upgrade.socket.then(resolve)
    return upgrade.response
  }, { onComplete: (completed) => void all.push(completed), limits: { connections: 1 } })
  await using client = await RawClient.open(server)
  client.send(ask())
  const socket = await upgraded
  assert.equal(server.connections, 0)
  await server.shutdown({ deadline: 0 })
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode("still here"))
  await client.until(/still here$/)
  assert.deepEqual(all.map(({ status, outcome }) => [status, outcome]), [[101, "upgraded"]])
  await socket.close()
})

test("a WebSocket speaks over an upgraded connection", async () => {
  await using server = await serving((request, info) => {
    const upgrade = info.upgrade({ protocol: "websocket" })
    if (upgrade === undefined) return new Response("", { status: 426 })
    const key = request.headers.get("sec-websocket-key")
    upgrade.response.headers.set("sec-websocket-accept", acceptOf(key ?? ""))
    void upgrade.socket.then(echoFrames)
    return upgrade.response
  })
  // The runtime's own client checks the handshake and the frames.
  const client = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`)
  const answers: string[] = []
  const closed = new Promise<CloseEvent>((resolve) => client.onclose = resolve)
  client.onopen = () => {
    client.send("hello")
    client.send("Grüße")
  }
  client.onmessage = ({ data }) => {
    if (answers.push(data) === 2) client.close(1000)
  }
  assert.equal((await closed).code, 1000)
  assert.deepEqual(answers, ["hello", "Grüße"])
})

const acceptOf = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")

/** RFC 6455, for whole frames of less than 126 bytes: sends each back, and ends after a close. */
async function echoFrames(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  let waiting = Buffer.alloc(0)
  for await (const bytes of socket.readable) {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.byteLength >= 6 && waiting.byteLength >= 6 + (waiting[1] & 0x7f)) {
      const length = waiting[1] & 0x7f
      const payload = waiting.subarray(6, 6 + length).map((byte, i) => byte ^ waiting[2 + i % 4])
      await writer.write(Buffer.concat([Buffer.from([waiting[0], length]), payload]))
      const over = (waiting[0] & 0x0f) === 8
      waiting = waiting.subarray(6 + length)
      if (over) return void await writer.close()
    }
  }
}
