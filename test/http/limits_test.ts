import assert from "node:assert/strict"
import { test } from "node:test"
import { type Completed, type Handler } from "zerowire/http"
import { RawClient, serving } from "./client.ts"

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
const post = (length: number, lines = "") =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${lines}\r\n`
const echo: Handler = async (request) => new Response(await request.text())

/** Sends a byte now and then, until the connection ends. */
async function trickle(client: RawClient): Promise<void> {
  let over = false
  void client.ended.then(() => over = true)
  while (!over) {
    client.send("x")
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** They take seconds, since the server looks at its clock once a second, and nothing else. */
const late: Readonly<Record<string, () => Promise<void>>> = {
  "a body that trickles in is answered with 408, and the handler is told": async () => {
    const { promise: failed, resolve } = Promise.withResolvers<unknown>()
    const all: Completed[] = []
    await using server = await serving(async (request) => {
      await request.text().catch(resolve)
      return new Response("never")
    }, {
      limits: { bodyRate: 1000, rateWindow: 1000 },
      onComplete: (completed) => void all.push(completed),
    })
    await using client = await RawClient.open(server)
    client.send(post(10_000))
    await trickle(client)
    assert.match(client.received, /^HTTP\/1\.1 408 [^]*connection: close/)
    assert.ok(await failed instanceof Error)
    assert.deepEqual(all.map(({ status, outcome }) => [status, outcome]), [[408, "timeout"]])
  },
  "a client that takes its response too slowly is reset": async () => {
    await using server = await serving(() => new Response(new Uint8Array(50_000_000)), {
      limits: { sendRate: 1_000_000_000, rateWindow: 1000 },
    })
    await using client = await RawClient.open(server)
    client.peer.pause()
    client.send(get)
    while (server.connections === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    client.peer.resume()
    assert.equal(await client.ended, "reset")
  },
  "all of a request must arrive in its time, however steadily it comes": async () => {
    await using server = await serving(echo, { limits: { requestTimeout: 1500 } })
    await using body = await RawClient.open(server)
    await using head = await RawClient.open(server)
    body.send(post(100_000))
    head.send("GET /")
    await Promise.all([trickle(body), trickle(head)])
    for (const client of [body, head]) assert.match(client.received, /^HTTP\/1\.1 408 /)
  },
  "a response that takes too long is a 503, or a reset once it has begun": async () => {
    const signals: AbortSignal[] = []
    await using server = await serving((request) => {
      signals.push(request.signal)
      if (request.method === "GET") return new Promise<Response>(() => {})
      return new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new Uint8Array(1)),
        }),
      )
    }, { limits: { responseTimeout: 1000 } })
    await using silent = await RawClient.open(server)
    silent.send(get)
    await using begun = await RawClient.open(server)
    begun.send(post(0))
    assert.match(await silent.rest(), /^HTTP\/1\.1 503 [^]*connection: close/)
    assert.equal(await begun.ended, "reset")
    assert.match(begun.received, /^HTTP\/1\.1 200 /)
    assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true])
  },
}

test("who is too slow is sent away, each in his way", async () => {
  await Promise.all(
    Object.entries(late).map(async ([name, run]) => {
      await run().catch((cause) => {
        throw new Error(name, { cause })
      })
    }),
  )
})

test("a client that pipelines too many requests is asked to come again", async () => {
  await using server = await serving(() => new Response("hello"), { limits: { pipelined: 2 } })
  await using eager = await RawClient.open(server)
  eager.send(get.repeat(10))
  const answers = await eager.rest()
  assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, 3)
  assert.equal(answers.match(/connection: close/g)?.length, 1)
  // Whoever waits for each answer may ask as often as he likes.
  await using patient = await RawClient.open(server)
  for (let i = 1; i <= 10; i++) {
    patient.send(get)
    await patient.until(new RegExp(`(?:hello[^]*){${i}}`))
  }
  assert.doesNotMatch(patient.received, /connection: close/)
})

test("trailers are limited in number", async () => {
  await using server = await serving(echo, { limits: { headers: 5 } })
  await using client = await RawClient.open(server)
  const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
  client.send(`${chunked}${"a:\r\n".repeat(6)}\r\n`)
  assert.match(await client.rest(), /^HTTP\/1\.1 431 /)
})
