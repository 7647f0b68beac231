// deno-lint-ignore-file no-console
/**
 * An app of Hono with middleware, a file that the kernel sends, and JSON. `serve` takes the app as it is. It
 * asks itself, and ends.
 *
 * With a port as its argument it stays up, until it gets SIGINT:
 *
 *     bun examples/22_hono.ts 8080
 *     curl -i http://127.0.0.1:8080/files/README.md
 *
 * @module
 */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { cors } from "hono/cors"
import { secureHeaders } from "hono/secure-headers"
import { type Completed, fileHandler, serve } from "zerowire/http"

const files = fileHandler(fileURLToPath(new URL("..", import.meta.url)))

const app = new Hono()
  .use(secureHeaders())
  .use(cors())
  .get("/", (context) => context.html("<h1>Hello</h1>"))
  .post(
    "/sum",
    bodyLimit({ maxSize: 100_000 }),
    async (context) => {
      const numbers: number[] = await context.req.json()
      return context.json({ sum: numbers.reduce((sum, number) => sum + number, 0) })
    },
  )
  .get("/files/*", (context) => {
    const url = new URL(context.req.url)
    url.pathname = url.pathname.slice("/files".length)
    // Conditions and ranges are in the headers.
    return files(new Request(url, context.req.raw))
  })

const [port] = process.argv.slice(2)
const { promise: fileTold, resolve } = Promise.withResolvers<Completed>()
const server = serve({
  port: Number(port ?? 0),
  hostname: "127.0.0.1",
  onComplete(completed) {
    if (completed.path.startsWith("/files/")) resolve(completed)
  },
  fetch: (request, info) => app.fetch(request, info),
})
await server.ready
process.once("SIGINT", () => server.shutdown({ deadline: 1000 }))

if (port === undefined) {
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.addr.port}${path}`, init)
  assert.equal(await (await ask("/")).text(), "<h1>Hello</h1>")
  const body = JSON.stringify([1, 2, 3])
  assert.deepEqual(await (await ask("/sum", { method: "POST", body })).json(), { sum: 6 })
  const file = await ask("/files/README.md")
  assert.equal(file.headers.get("x-content-type-options"), "nosniff")
  const readme = readFileSync(new URL("../README.md", import.meta.url))
  assert.equal(await file.text(), readme.toString())
  const { movedBytes } = await fileTold
  assert.equal(movedBytes, readme.byteLength)
  await server.shutdown()
  console.log(`The kernel has sent the ${movedBytes} bytes of the file, through Hono's middleware`)
}
