import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { cachedBody, serve, statusPage } from "zerowire/http"
import { dial, pattern } from "../plain_peer.ts"
import { serving, urlOf } from "../http/client.ts"

const events = { headers: { accept: "text/event-stream" } }

/** The figures of the page's event stream. */
async function* figures(response: Response): AsyncGenerator<Record<string, unknown>> {
  let text = ""
  for await (
    const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream() as TransformStream<Uint8Array, string>,
    )
  ) {
    text += chunk
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))
      text = text.slice(end + 2)
      if (data !== null) yield JSON.parse(data[1])
    }
  }
}

test("the page is one file, and its policy allows nothing else", async () => {
  const response = statusPage()(new Request("http://localhost/status"))
  const policy = response.headers.get("content-security-policy") ?? ""
  const page = await response.text()
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/)
  for (const [tag, kind] of [["style", "style-src"], ["script", "script-src"]]) {
    const parts = [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))]
    assert.equal(parts.length, 1)
    const hash = createHash("sha256").update(parts[0][1]).digest("base64")
    assert.ok(policy.includes(`${kind} 'sha256-${hash}'`), tag)
  }
  assert.match(policy, /^default-src 'none'/)
  assert.doesNotMatch(page, /https?:|\bsrc=|@import|url\(|\son\w+=|\sstyle=/)
  const [, script] = /<script>([^]*)<\/script>/.exec(page) ?? []
  // It is no module of ours, so nothing else would notice a slip.
  assert.doesNotThrow(() => new Function(script))
})

test("every element that the script names is on the page", async () => {
  const page = await statusPage()(new Request("http://localhost/")).text()
  const [, script] = /<script>([^]*)<\/script>/.exec(page) ?? []
  const named = [...script.matchAll(/(?:byId|set|fill)\("([\w-]+)"[,)]/g)].map(([, id]) => id)
  assert.ok(named.length > 8)
  for (const id of named) assert.ok(page.includes(`id="${id}"`), id)
})

test("its events tell what the servers send, and how", { timeout: 60_000 }, async () => {
  const status = statusPage({ interval: 20 })
  const body = cachedBody(pattern(64 * 1024 * 1024))
  await using server = await serving((request) =>
    new URL(request.url).pathname === "/status" ? status(request) : body.response()
  )
  const slow = await dial(server.addr.port)
  slow.pause()
  slow.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  const response = await fetch(urlOf(server, "/status"), events)
  assert.equal(response.headers.get("content-type"), "text/event-stream")
  for await (const now of figures(response)) {
    const slowest = now.slowest as { address: string; queuedBytes: number }[]
    if (slowest.length === 0) continue
    assert.equal(now.connections, 2)
    assert.equal(now.requests, 2)
    assert.equal(now.busy, 2)
    assert.ok(Number(now.acceptedBytes) > 100_000)
    assert.ok(Number((now.copied as { small: number }).small) > 100)
    assert.equal(slowest[0].address, `127.0.0.1:${slow.localPort}`)
    assert.ok(slowest[0].queuedBytes > 0)
    break
  }
  slow.destroy()
})

test("what closed connections have sent still counts", { timeout: 60_000 }, async () => {
  const status = statusPage({ interval: 20 })
  await using server = await serving((request) =>
    new URL(request.url).pathname === "/status" ? status(request) : new Response("x".repeat(5000))
  )
  const close = { headers: { connection: "close" } }
  for (let i = 0; i < 3; i++) await (await fetch(urlOf(server), close)).text()
  const response = await fetch(urlOf(server, "/status"), events)
  for await (const now of figures(response)) {
    if (now.connections !== 1) continue
    assert.equal(now.requests, 4)
    assert.equal(now.busy, 1)
    assert.ok(Number(now.acceptedBytes) > 15_000)
    break
  }
})

test("an event stream does not hold up a shutdown", { timeout: 60_000 }, async () => {
  const anHour = 3_600_000
  const server = await serving(statusPage({ interval: anHour }))
  const all = figures(await fetch(urlOf(server), events))
  const { value } = await all.next()
  assert.equal(value?.servers, 1)
  await server.shutdown()
  assert.equal((await all.next()).done, true)
})

test("other methods and options are refused with the right ones", async () => {
  const status = statusPage()
  const response = status(new Request("http://localhost/", { method: "POST", body: "" }))
  assert.equal(response.status, 405)
  assert.equal(response.headers.get("allow"), "GET, HEAD")
  assert.throws(() => statusPage({ interval: 0 }), /interval/)
  assert.throws(() => statusPage({ every: 1 } as never), /every/)
  const server = serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, status)
  await server.ready
  const head = await fetch(urlOf(server), { method: "HEAD" })
  assert.ok(Number(head.headers.get("content-length")) > 1000)
  await server.shutdown()
})
