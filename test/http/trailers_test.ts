import assert from "node:assert/strict"
import { test } from "node:test"
import { RawClient, serving } from "./client.ts"

const chunked = (body: string, lines = "Connection: close\r\n") =>
  `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${lines}\r\n${body}`
const get = (version = "1.1") => `GET / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`

test("a handler reads the trailers of a request after its body", async () => {
  await using server = await serving(async (request, info) => {
    const body = await request.text()
    const trailers = await info.trailers
    assert.equal(request.headers.get("x-sum"), null)
    return Response.json({ body, trailers: [...trailers] })
  })
  const request = chunked("5\r\nhello\r\n0\r\nX-Sum: abc\r\nX-B:  1 \r\nX-B: 2\r\nX-Empty:\r\n\r\n")
  for (const parts of [[request], [...request]]) {
    await using client = await RawClient.open(server)
    client.peer.setNoDelay(true)
    for (const part of parts) client.send(part)
    const { body, trailers } = JSON.parse((await client.rest()).split("\r\n\r\n")[1])
    assert.equal(body, "hello")
    assert.deepEqual(trailers, [["x-b", "1, 2"], ["x-empty", ""], ["x-sum", "abc"]])
  }
})

test("without trailers there are none, and no body has none either", async () => {
  await using server = await serving(async (request, info) => {
    await request.text()
    return Response.json([...await info.trailers])
  })
  const requests = [
    chunked("5\r\nhello\r\n0\r\n\r\n"),
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    get(),
  ]
  for (const request of requests) {
    await using client = await RawClient.open(server)
    client.send(request)
    assert.match(await client.rest(), /\r\n\r\n\[\]$/)
  }
})

test("trailers that are refused, or never come, reject", async () => {
  const failures: unknown[] = []
  const { promise: both, resolve } = Promise.withResolvers<void>()
  await using server = await serving(async (request, info) => {
    const { trailers } = info
    await request.text().catch(() => {})
    await trailers.catch((failure) => {
      if (failures.push(failure) === 2) resolve()
    })
    return new Response("never")
  })
  await using refused = await RawClient.open(server)
  refused.send(chunked("5\r\nhello\r\n0\r\nHost: b\r\n\r\n"))
  assert.match(await refused.rest(), /^HTTP\/1\.1 400 /)
  await using ended = await RawClient.open(server)
  ended.send(chunked("5\r\nhello\r\n0\r\nX: y\r\n"))
  ended.peer.end()
  await ended.rest()
  await both
  assert.ok(failures.every((failure) => failure instanceof Error))
})

const text = (...parts: string[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(part))
    },
  }, { highWaterMark: 0 })

test("declared trailers follow a chunked body, made when it is sent", async () => {
  const parts = ["hello", "world"]
  await using server = await serving((_, info) => {
    info.sendTrailers(async () => {
      await Promise.resolve()
      return { "x-left": String(parts.length), "x-sum": "abc" }
    })
    return new Response(text(...parts.splice(0)), { headers: { trailer: "X-Sum, X-Left" } })
  })
  await using client = await RawClient.open(server)
  client.send(get())
  const answer = await client.rest()
  assert.match(answer, /\r\ntrailer: x-sum, x-left\r\n/)
  assert.ok(answer.endsWith("5\r\nworld\r\n0\r\nx-left: 0\r\nx-sum: abc\r\n\r\n"), answer)
})

test("a body that is not chunked has no trailers, and its head declares none", async () => {
  let made = 0
  await using server = await serving((request, info) => {
    info.sendTrailers(() => {
      made++
      return { "x-sum": "abc" }
    })
    const headers = { trailer: "x-sum" }
    return new Response(request.method === "PUT" ? "hello" : text("hello"), { headers })
  })
  for (const request of [get("1.0"), get().replace("GET", "PUT"), get().replace("GET", "HEAD")]) {
    await using client = await RawClient.open(server)
    client.send(request)
    assert.doesNotMatch(await client.rest(), /trailer|x-sum/)
  }
  assert.equal(made, 0)
})

test("a trailer that was not declared, or fails, resets: the client must not take it for all", async (t) => {
  const said = t.mock.method(console, "error", () => {})
  const makers = [
    () => ({ "x-other": "1" }),
    () => ({ "x-sum": "\x7f" }),
    () => Promise.reject(new Error("no sum")),
  ]
  for (const make of makers) {
    await using server = await serving((_, info) => {
      info.sendTrailers(make)
      return new Response(text("hello"), { headers: { trailer: "x-sum" } })
    })
    await using client = await RawClient.open(server)
    client.send(get())
    assert.equal(await client.ended, "reset")
    assert.doesNotMatch(client.received, /0\r\n/)
  }
  assert.equal(said.mock.callCount(), makers.length)
})

test("trailers that come too late are refused, and the response stays whole", async () => {
  const { promise: late, resolve } = Promise.withResolvers<unknown>()
  await using server = await serving((_, info) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        try {
          info.sendTrailers(() => ({ "x-sum": "abc" }))
        } catch (failure) {
          resolve(failure)
        }
        controller.enqueue(new TextEncoder().encode("hello"))
        controller.close()
      },
    }, { highWaterMark: 0 })
    return new Response(body, { headers: { trailer: "x-sum" } })
  })
  await using client = await RawClient.open(server)
  client.send(get())
  assert.match(await client.rest(), /\r\n5\r\nhello\r\n0\r\n\r\n$/)
  assert.match(String(await late), /TypeError.*before/)
})

test("a response cannot declare a trailer that frames, routes or authenticates", async () => {
  await using server = await serving((_, info) => {
    info.sendTrailers(() => ({}))
    return new Response(text("hello"), { headers: { trailer: "content-length" } })
  }, { onError: (error) => new Response(`${error}`, { status: 500 }) })
  await using client = await RawClient.open(server)
  client.send(get())
  assert.match(await client.rest(), /^HTTP\/1\.1 500 [^]*"content-length" cannot be a trailer/)
})
