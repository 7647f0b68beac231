// deno-lint-ignore-file no-console
/**
 * An HTTP server with all kinds of responses: text, JSON, a file, a cached body, a stream of events, an
 * upload, and an app of Hono. It asks itself for each, and ends.
 *
 * With a port as its argument it stays up, for a browser or curl, until it gets SIGINT:
 *
 *     bun examples/16_http_server.ts 8080
 *     curl --data-binary @README.md http://127.0.0.1:8080/upload
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { Hono } from "hono"
import { fileStream } from "zerowire"
import { cachedBody, serve } from "zerowire/http"

const readme = fileURLToPath(new URL("../README.md", import.meta.url))
const page = cachedBody("<!doctype html><title>Hello</title><h1>It works</h1>")
const app = new Hono().get(
  "/app/:name",
  (context) => context.text(`Hono says ${context.req.param("name")}`),
)

const [port] = process.argv.slice(2)
const server = serve({ port: Number(port ?? 0), hostname: "127.0.0.1" }, async (request) => {
  const { pathname } = new URL(request.url)
  if (pathname === "/") return page.response({ headers: { "content-type": "text/html" } })
  if (pathname === "/hello") return new Response("hello")
  if (pathname === "/json") return Response.json({ method: request.method })
  if (pathname === "/readme") return new Response(fileStream(readme))
  if (pathname === "/events") {
    return new Response(events(), { headers: { "content-type": "text/event-stream" } })
  }
  if (pathname === "/upload") return new Response(await hashOf(request.body))
  return await app.fetch(request)
})
await server.ready
process.once("SIGINT", () => server.shutdown({ deadline: 1000 }))

if (port === undefined) {
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.addr.port}${path}`, init)
  assert.match(await (await ask("/")).text(), /It works/)
  assert.equal(await (await ask("/hello")).text(), "hello")
  assert.deepEqual(await (await ask("/json", { method: "PUT" })).json(), { method: "PUT" })
  assert.equal(await (await ask("/readme")).text(), readFileSync(readme, "utf8"))
  assert.equal((await (await ask("/events")).text()).match(/data: /g)?.length, 3)
  const upload = new Uint8Array(5_000_000).fill(7)
  const sum = createHash("sha256").update(upload).digest("hex")
  assert.equal(await (await ask("/upload", { method: "POST", body: upload })).text(), sum)
  assert.equal(await (await ask("/app/hello")).text(), "Hono says hello")
  assert.equal((await ask("/nothing")).status, 404)
  await server.shutdown()
  console.log("All was answered")
}

/** Three events, one every 10 ms. */
function events(): ReadableStream<Uint8Array> {
  let count = 0
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      controller.enqueue(new TextEncoder().encode(`data: ${++count}\n\n`))
      if (count === 3) controller.close()
    },
  })
}

/** Hashes a stream as it arrives: no more of it is ever in memory than a few packets. */
async function hashOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of body ?? []) hash.update(chunk)
  return hash.digest("hex")
}
