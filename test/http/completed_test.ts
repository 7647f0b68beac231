import assert from "node:assert/strict"
import { test } from "node:test"
import { type Completed, type Handler, type Sent } from "zerowire/http"
import { RawClient, serving, urlOf } from "./client.ts"

const hello: Handler = () => new Response("hello")
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

test("completed says what was sent, and rejects if the client is lost", async () => {
  const { promise: completed, resolve } = Promise.withResolvers<unknown>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: sent, resolve: told } = Promise.withResolvers<Sent>()
  // As `Deno.serve` declares it.
  const forDeno = ({ completed }: { completed: Promise<void> }) => completed
  await using server = await serving((request, info) => {
    if (request.method === "PUT") {
      forDeno(info).then(() => info.completed).then(told)
      return new Response("hello", { status: 201 })
    }
    info.completed.catch(resolve)
    begin()
    return new Promise<Response>(() => {})
  })
  const answer = await fetch(urlOf(server), { method: "PUT" })
  assert.equal(await answer.text(), "hello")
  const { status, bytes, outcome } = await sent
  assert.deepEqual([status, outcome], [201, "sent"])
  assert.ok(bytes > 50)
  await using client = await RawClient.open(server)
  client.send(get)
  await begun
  client.peer.resetAndDestroy()
  assert.ok(await completed instanceof Error)
})

test("onComplete tells what was answered", async () => {
  const all: Completed[] = []
  const { promise: first, resolve: tell } = Promise.withResolvers<void>()
  const onComplete = (completed: Completed) => {
    all.push(completed)
    tell()
  }
  {
    await using server = await serving(hello, { onComplete })
    await (await fetch(urlOf(server, "/x?y"), { method: "PUT", body: "z" })).text()
    await first
  }
  assert.equal(all.length, 1)
  const [{ method, path, status, outcome, bytes, copiedBytes, reason, ms, ttfb }] = all
  assert.deepEqual({ method, path, status, outcome }, {
    ...{ method: "PUT", path: "/x?y", status: 200, outcome: "sent" },
  })
  assert.ok(bytes > 50)
  assert.equal(copiedBytes, bytes)
  assert.ok(reason === "small" || reason === "local")
  assert.ok(ttfb !== undefined && ttfb >= 0 && ms >= ttfb)
})

test("onComplete tells how the others have ended", async (t) => {
  t.mock.method(console, "error", () => {})
  const all: Completed[] = []
  const left = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: last, resolve: beginLast } = Promise.withResolvers<void>()
  const server = await serving(async (request, info) => {
    const { pathname } = new URL(request.url)
    if (pathname === "/failed") {
      return new Response(new ReadableStream({ pull: () => Promise.reject(new Error("no")) }))
    }
    if (pathname === "/refused") await request.text()
    if (pathname === "/timeout") info.timeout(request, 0.02)
    if (pathname === "/lost") begin()
    if (pathname === "/stopped") beginLast()
    return new Promise<Response>(() => {})
  }, {
    limits: { bodyBytes: 10 },
    onComplete: (completed) => {
      if (all.push(completed) === 5) left.resolve()
    },
  })
  const ask = async (path: string, more = "\r\n") => {
    const client = await RawClient.open(server)
    client.send(`POST ${path} HTTP/1.1\r\nHost: a\r\n${more}`)
    return client
  }
  await using lost = await ask("/lost")
  await begun
  lost.peer.resetAndDestroy()
  await using _failed = await ask("/failed")
  await using _refused = await ask("/refused", "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world")
  await using timeout = await ask("/timeout")
  await timeout.ended
  await using _stopped = await ask("/stopped")
  await last
  while (all.length < 4) await new Promise((resolve) => setTimeout(resolve, 10))
  await server.shutdown({ deadline: 50 })
  await left.promise
  const ends = all.map(({ path, outcome, status }) => `${path} ${outcome} ${status}`).sort()
  assert.deepEqual(ends, [
    "/failed failed 200",
    "/lost lost 0",
    "/refused refused 413",
    "/stopped stopped 0",
    "/timeout timeout 0",
  ])
  assert.ok(all.every(({ error }) => error instanceof Error))
})

test("a request is answered once, whatever onComplete throws", async (t) => {
  const said = t.mock.method(console, "error", () => {})
  const stream = () => new Response(new Blob(["hello"]).stream())
  for (const handler of [hello, stream]) {
    await using server = await serving(handler, {
      onComplete: () => {
        throw new Error("out of paper")
      },
    })
    await using client = await RawClient.open(server)
    client.send(get + get.replace("Host", "Connection: close\r\nHost"))
    const answers = await client.rest()
    assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, 2, answers)
    assert.doesNotMatch(answers, /HTTP\/1\.1 500/)
  }
  assert.equal(said.mock.callCount(), 4)
})

test("a response has no status unless its head was sent", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: ended, resolve } = Promise.withResolvers<Completed>()
  await using server = await serving(() => {
    // Its first bytes would go with the head.
    const pull = () => {
      begin()
      return new Promise<void>(() => {})
    }
    const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })
    return new Response(body, { headers: { "content-length": "5" } })
  }, { onComplete: resolve })
  await using client = await RawClient.open(server)
  client.send(get)
  await begun
  client.peer.resetAndDestroy()
  const { status, outcome, bytes, ttfb } = await ended
  assert.deepEqual({ status, outcome, bytes, ttfb }, {
    ...{ status: 0, outcome: "lost", bytes: 0, ttfb: undefined },
  })
})
