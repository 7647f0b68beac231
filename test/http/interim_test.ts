import assert from "node:assert/strict"
import { test } from "node:test"
import { RawClient, serving } from "./client.ts"

const get = (version = "1.1") => `GET / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`
const style = { link: "</style.css>; rel=preload; as=style" }

test("early hints arrive before the response, each in its turn", async () => {
  const { promise: go, resolve: answer } = Promise.withResolvers<void>()
  await using server = await serving(async (_, info) => {
    info.earlyHints(style)
    info.earlyHints({ "x-a": "1", connection: "close", "content-length": "5" })
    await go
    return new Response("page")
  })
  await using client = await RawClient.open(server)
  client.send(get())
  const hints = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n" +
    "HTTP/1.1 103 Early Hints\r\nx-a: 1\r\n\r\n"
  // The client has them while the handler is still busy, and nothing that frames a message.
  await client.until(/x-a: 1\r\n\r\n$/)
  assert.equal(client.received, hints)
  answer()
  assert.match((await client.rest()).slice(hints.length), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\npage$/)
})

test("early hints after the head are refused, and the response stays whole", async () => {
  const { promise: late, resolve } = Promise.withResolvers<unknown>()
  await using server = await serving((_, info) =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          try {
            info.earlyHints(style)
          } catch (failure) {
            resolve(failure)
          }
          controller.enqueue(new TextEncoder().encode("page"))
          controller.close()
        },
      }, { highWaterMark: 0 }),
    )
  )
  await using client = await RawClient.open(server)
  client.send(get())
  assert.doesNotMatch(await client.rest(), /103/)
  assert.ok(await late instanceof TypeError)
})

test("an HTTP/1.0 client gets no interim response", async () => {
  await using server = await serving((_, info) => {
    info.earlyHints(style)
    return new Response("page")
  })
  await using client = await RawClient.open(server)
  client.send(get("1.0"))
  assert.match(await client.rest(), /^HTTP\/1\.1 200 OK\r\n/)
})

test("hints with a character that no header can have go to onError", async () => {
  await using server = await serving((_, info) => {
    info.earlyHints(new Headers({ "x-a": "\x7f" }))
    return new Response("page")
  }, { onError: (error) => new Response(`${error}`, { status: 500 }) })
  await using client = await RawClient.open(server)
  client.send(get())
  assert.match(await client.rest(), /^HTTP\/1\.1 500 /)
})

const expecting = (more = "Connection: close\r\n") =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n${more}\r\n`

test("hints and 100 Continue arrive in the order in which the handler caused them", async () => {
  await using server = await serving(async (request, info) => {
    info.earlyHints({ "x-a": "1" })
    const text = await request.text()
    info.earlyHints({ "x-a": "2" })
    return new Response(text)
  })
  await using client = await RawClient.open(server)
  client.send(expecting())
  await client.until(/100 Continue\r\n\r\n$/)
  client.send("hello")
  const answer = await client.rest()
  assert.deepEqual(answer.match(/HTTP\/1\.1 \d+|x-a: \d/g), [
    ...["HTTP/1.1 103", "x-a: 1", "HTTP/1.1 100", "HTTP/1.1 103", "x-a: 2", "HTTP/1.1 200"],
  ])
  assert.match(answer, /\r\n\r\nhello$/)
})

test("a response that is made of the request's body tells the client to send it first", async () => {
  await using server = await serving(({ body }) => new Response(body))
  await using client = await RawClient.open(server)
  client.send(expecting())
  await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
  client.send("hello")
  assert.match(
    await client.rest(),
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/,
  )
})

test("a client that has begun to send its body need not be told", async () => {
  await using server = await serving(async (request) => new Response(await request.text()))
  await using client = await RawClient.open(server)
  client.send(`${expecting("")}he`)
  client.send("llo")
  await client.until(/\r\n\r\nhello$/)
  client.send(get())
  const answers = await client.rest()
  assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, 2, answers)
})

test("a body that was sent although the answer did not wait for it ends the connection", async () => {
  await using server = await serving(() => new Response("no", { status: 403 }))
  await using client = await RawClient.open(server)
  client.send(expecting(""))
  await client.until(/ 403 [^]*connection: close\r\n[^]*no$/)
  // What looks like a request is the body that the client may have sent.
  client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
  const answers = await client.rest()
  assert.equal(answers.match(/HTTP\/1\.1 /g)?.length, 1, answers)
})
