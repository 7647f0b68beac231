import assert from "node:assert/strict"
import { test } from "node:test"
import { type Handler, type ServeOptions } from "zerowire/http"
import { RawClient, serving } from "./client.ts"

const head = (bytes: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`
const megabyte = "x".repeat(1_000_000)

/** Ways of refusing an upload, each with the answer that its client must be able to read. */
const refusals: readonly (readonly [string, Handler, ServeOptions, RegExp])[] = [
  [
    "a limit",
    () => new Response("never"),
    { limits: { bodyBytes: 1000 } },
    /^HTTP\/1\.1 413 [^]*too long$/,
  ],
  [
    "its handler",
    () => new Response("no, thank you", { status: 403 }),
    {},
    /^HTTP\/1\.1 403 [^]*no, thank you$/,
  ],
]

test("an upload of 10 MB that is refused is answered, and no reset kills the answer", async () => {
  await Promise.all(refusals.map(async ([who, handler, options, answer]) => {
    await using server = await serving(handler, options)
    await using client = await RawClient.open(server)
    client.send(head(10_000_000))
    // It reads nothing before everything is written, as many clients do.
    client.peer.pause()
    for (let i = 0; i < 10; i++) {
      await new Promise<void>((resolve, reject) =>
        client.peer.write(megabyte, (error) => error ? reject(error) : resolve())
      )
      // Together longer than a close would wait for bytes of a socket that is not HTTP's.
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    client.peer.resume()
    await client.until(answer)
    client.peer.end()
    assert.equal(await client.ended, "fin", who)
  }))
})

test("without time to linger, an upload that is refused is cut off", async () => {
  await using server = await serving(() => new Response("never"), {
    limits: { bodyBytes: 1000, lingerTimeout: 0 },
  })
  await using client = await RawClient.open(server)
  client.send(head(10_000_000))
  await client.until(/ 413 /)
  while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  // Nobody reads on: the client's next bytes meet a socket that is closed.
  client.send(megabyte)
  client.send(megabyte)
  while (!client.peer.destroyed) {
    client.send("x")
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
