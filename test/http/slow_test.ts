/**
 * Clients that are slow on purpose, as slowhttptest has them: they take up connections, and others must not
 * wait for them.
 *
 * @module
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileHandler, type Handler, type Limits } from "zerowire/http"
import { RawClient, serving } from "./client.ts"

const options = { timeout: 60_000 }

interface Attack {
  readonly name: string
  /** How many clients do it at once. */
  readonly clients: number
  readonly limits: Partial<Limits>
  /** What a client sends at first, and what it adds every now and then. */
  readonly first: string
  readonly more?: string
  /** It receives nothing. */
  readonly deaf?: boolean
  /** How it is sent away. */
  readonly answer: RegExp
  readonly end: "fin" | "reset"
}

const attacks: readonly Attack[] = [
  {
    name: "a head that never ends",
    clients: 40,
    limits: { headTimeout: 500 },
    first: "GET / HTTP/1.1\r\nHost: a\r\n",
    more: "X-a: b\r\n",
    answer: /^HTTP\/1\.1 408 [^]*\r\nconnection: close\r\n/,
    end: "fin",
  },
  {
    name: "a body that never comes",
    clients: 40,
    limits: { bodyTimeout: 500 },
    first: "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\nfoo=",
    answer: /^HTTP\/1\.1 408 [^]*\r\nconnection: close\r\n/,
    end: "fin",
  },
  {
    name: "a body that drips",
    clients: 40,
    limits: { bodyRate: 1000, rateWindow: 500 },
    first: "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\nfoo=",
    more: "a",
    answer: /^HTTP\/1\.1 408 [^]*\r\nconnection: close\r\n/,
    end: "fin",
  },
  {
    name: "a response that nobody takes",
    clients: 8,
    limits: { sendTimeout: 500 },
    first: "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
    deaf: true,
    answer: /^(?:HTTP\/1\.1 200 [^]*)?$/,
    end: "reset",
  },
]

const large = new Uint8Array(20_000_000)
const handler: Handler = async (request) => {
  const { pathname } = new URL(request.url)
  if (pathname === "/large") return new Response(large)
  return new Response(`${(await request.bytes()).byteLength}`)
}

for (const { name, clients, limits, first, more, deaf = false, answer, end } of attacks) {
  test(`${name} is sent away, and others are served meanwhile`, options, async () => {
    await using server = await serving(handler, { limits, onError: () => new Response("") })
    const slow = await Promise.all(Array.from({ length: clients }, () => RawClient.open(server)))
    let open = slow.length
    for (const client of slow) {
      if (deaf) client.peer.pause()
      client.send(first)
    }
    // They come to the server before the others do.
    while (server.connections < clients) await new Promise((resolve) => setTimeout(resolve, 10))
    const gone = Promise.all(slow.map(async (client) => {
      if (!deaf) await client.ended
      else while (server.connections > 1) await new Promise((resolve) => setTimeout(resolve, 100))
      open--
    }))
    await using other = await RawClient.open(server)
    let served = 0
    do {
      for (const client of slow) if (more !== undefined) client.send(more)
      other.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
      await other.until(new RegExp(`^(?:HTTP/1\\.1 200 [^]*?\r\n\r\n5){${++served}}$`))
      await new Promise((resolve) => setTimeout(resolve, 100))
    } while (open > 0)
    await gone
    for (const client of slow) {
      client.peer.resume()
      assert.equal(await client.ended, end)
      assert.match(client.received.slice(0, 1000), answer)
      client.peer.destroy()
    }
  })
}

test(
  "a request for a thousand overlapping ranges does not multiply the file",
  options,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
    using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
    writeFileSync(join(folder, "file.bin"), new Uint8Array(100_000))
    await using server = await serving(fileHandler(folder))
    const ranges = Array.from({ length: 1000 }, (_, i) => `5-${i}`).join()
    await using client = await RawClient.open(server)
    const head =
      `GET /file.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: bytes=0-,${ranges}`
    client.send(`${head}\r\n\r\n`)
    const answer = await client.rest()
    assert.match(answer, /^HTTP\/1\.1 (?:200|416) /)
    assert.ok(answer.length < 200_000, `${answer.length} bytes were sent`)
  },
)
