// deno-lint-ignore-file no-console
/**
 * A page that shows live what a server sends, and how. It reads the page and its events, and ends.
 *
 * With a port as its argument it stays up, until it gets SIGINT. Open it in a browser, and download:
 *
 *     bun examples/24_status_page.ts 8080
 *     curl --limit-rate 10M --output /dev/null http://127.0.0.1:8080/big
 *
 * @module
 */
import assert from "node:assert/strict"
import process from "node:process"
import { cachedBody, serve, statusPage } from "zerowire/http"

const status = statusPage()
const big = cachedBody(new Uint8Array(256 * 1024 * 1024))

const [port] = process.argv.slice(2)
const server = serve({ port: Number(port ?? 0), hostname: "127.0.0.1" }, (request) => {
  const { pathname } = new URL(request.url)
  return pathname === "/big" ? big.response() : status(request)
})
await server.ready
process.once("SIGINT", () => server.shutdown({ deadline: 1000 }))

if (port === undefined) {
  const url = `http://127.0.0.1:${server.addr.port}/`
  assert.match(await (await fetch(url)).text(), /<title>Zerowire<\/title>/)
  const response = await fetch(url, { headers: { accept: "text/event-stream" } })
  for await (const chunk of response.body ?? []) {
    const [, data] = /^data: (.*)$/m.exec(new TextDecoder().decode(chunk)) ?? []
    const { connections, requests } = JSON.parse(data)
    console.log(`Connections: ${connections}, requests: ${requests}`)
    assert.ok(requests >= 2)
    break
  }
  await server.shutdown()
}
