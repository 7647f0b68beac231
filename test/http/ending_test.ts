/**
 * What becomes of clients when a server ends: each request that was sent before is answered.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate, setTimeout as sleep } from "node:timers/promises"
import { BlockingClient } from "./blocking_client.ts"
import { RawClient, serving } from "./client.ts"

const get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
const hello = () => new Response("hello")
const options = { timeout: 60_000 }

test("a client that had connected gets its first answer", options, async () => {
  const server = await serving(hello)
  await using client = await RawClient.open(server)
  while (server.connections === 0) await sleep(1)
  const stopped = server.shutdown()
  await setImmediate()
  client.send(get)
  assert.match(await client.rest(), /\r\nconnection: close\r\n[^]*hello$/)
  await stopped
})

test(
  "a client that had connected and says nothing does not hold the server up",
  options,
  async () => {
    const server = await serving(hello)
    await using client = await RawClient.open(server)
    while (server.connections === 0) await sleep(1)
    await server.shutdown()
    assert.equal(await client.rest(), "")
  },
)

test("a request is answered that came on an idle connection just before", options, async () => {
  const server = await serving(hello)
  using client = new BlockingClient(server.addr.port)
  client.send(get)
  assert.match(await client.until(/hello$/), /^HTTP\/1\.1 200 /)
  // Both in one turn: the server has had no chance to see it.
  client.send(get)
  const stopped = server.shutdown()
  assert.match(await client.until(/hello[^]*hello$/), /\r\nconnection: close\r\n[^]*hello$/)
  await stopped
})

test(
  "a connection that skips a body when the server ends is closed behind it",
  options,
  async () => {
    const server = await serving(hello)
    await using client = await RawClient.open(server)
    client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n")
    // Its head has promised that the connection goes on.
    assert.doesNotMatch(await client.until(/hello$/), /connection: close/)
    const stopped = server.shutdown()
    await setImmediate()
    client.send("x".repeat(100))
    assert.match(await client.rest(), /hello$/)
    await stopped
  },
)
