/**
 * Clients that are reset in the turn in which the server sends to them, so that no event has told of it.
 *
 * @module
 */
import { Buffer } from "node:buffer"
import assert from "node:assert/strict"
import { test } from "node:test"
import { listen } from "zerowire"
import type { Completed } from "zerowire/http"
import { BlockingClient } from "./blocking_client.ts"
import { serving } from "./client.ts"

const get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"

// A rejection that nobody handles fails the test, as it ends a program.
test("a chunk that meets a reset fails its response, and nothing else", async () => {
  const { promise: completed, resolve } = Promise.withResolvers<Completed>()
  let chunks = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (chunks++ === 0) return controller.enqueue(new Uint8Array(10))
      client.close()
      // It is a part of its memory, which stays with it.
      controller.enqueue(Buffer.alloc(200_000).subarray(1))
    },
  }, { highWaterMark: 0 })
  await using server = await serving(() => new Response(body), { onComplete: resolve })
  using client = new BlockingClient(server.addr.port)
  client.send(get)
  assert.equal((await completed).outcome, "lost")
})

test("a relay in chunks that meets a reset fails its response, and nothing else", async () => {
  const { promise: completed, resolve } = Promise.withResolvers<Completed>()
  await using listener = await listen({ port: 0, hostname: "127.0.0.1" })
  using upstream = new BlockingClient(listener.addr.port)
  const source = await listener.accept()
  await using server = await serving(() => new Response(source.readable), { onComplete: resolve })
  using client = new BlockingClient(server.addr.port)
  client.send(get)
  upstream.send("first")
  await client.until(/first\r\n$/)
  upstream.send("second")
  await client.more()
  upstream.fill()
  client.close()
  assert.equal((await completed).outcome, "lost")
  await source.abort()
})
