// deno-lint-ignore-file no-console
/**
 * A reverse proxy in a few lines: the request's body goes on to another server as it arrives, and the body of
 * its answer comes back the same way, no faster than the client takes it. It asks itself, and ends.
 *
 * With a port and an origin as its arguments it stays up, until it gets SIGINT:
 *
 *     bun examples/21_reverse_proxy.ts 8080 http://example.com
 *     curl http://127.0.0.1:8080/
 *
 * @module
 */
import assert from "node:assert/strict"
import process from "node:process"
import { type Handler, serve } from "zerowire/http"

/** Hands requests on to `origin`. */
const proxyTo = (origin: string): Handler => async (request, info) => {
  const { host, pathname, search } = new URL(request.url)
  const headers = endToEnd(request.headers)
  headers.append("x-forwarded-for", info.remoteAddr.hostname)
  // Set, because a server behind may believe them, whatever the client has sent.
  headers.set("x-forwarded-proto", "http")
  headers.set("x-forwarded-host", host)
  const { method, body, signal } = request
  try {
    const answer = await fetch(origin + pathname + search, {
      ...{ method, headers, body, signal, redirect: "manual", duplex: "half" } as RequestInit,
    })
    const back = endToEnd(answer.headers)
    // fetch has decoded the body.
    if (back.has("content-encoding")) back.delete("content-length")
    back.delete("content-encoding")
    return new Response(answer.body, { status: answer.status, headers: back })
  } catch (error) {
    if (signal.aborted) throw error
    return new Response(`${origin} does not answer\n`, { status: 502 })
  }
}

/** Headers without those that belong to one connection (RFC 9110, section 7.6.1). */
function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers)
  const named = headers.get("connection")?.split(",") ?? []
  for (const name of [...named, ...ofConnection]) kept.delete(name.trim())
  return kept
}

const ofConnection = [
  ...["connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"],
  ...["trailer", "transfer-encoding", "upgrade"],
]

const [port, origin] = process.argv.slice(2)
const options = { hostname: "127.0.0.1", port: 0 }
const trust = { proxies: ["127.0.0.1"], headers: "x-forwarded" } as const
const behind = serve({ ...options, trust, onListen() {} }, (request) => {
  if (request.method === "GET") return new Response(request.url)
  return new Response(request.body, {
    headers: { "x-length": request.headers.get("x-length") ?? "" },
  })
})
await behind.ready
const proxy = serve(
  { ...options, port: Number(port ?? 0) },
  proxyTo(origin ?? `http://127.0.0.1:${behind.addr.port}`),
)
await proxy.ready
process.once("SIGINT", () => Promise.all([proxy, behind].map((server) => server.shutdown())))

if (port === undefined) {
  const url = `http://127.0.0.1:${proxy.addr.port}/`
  const lie = { "x-forwarded-host": "example.com" }
  assert.equal(await (await fetch(url, { headers: lie })).text(), url)
  const body = new Uint8Array(10_000_000).map((_, i) => i * 3)
  const answer = await fetch(url, { method: "POST", body, headers: { "x-length": "10000000" } })
  assert.equal(answer.headers.get("x-length"), "10000000")
  assert.deepEqual(await answer.bytes(), body)
  await behind.shutdown({ deadline: 0 })
  const missing = await fetch(url)
  assert.equal(missing.status, 502)
  await missing.text()
  await proxy.shutdown()
  console.log("Ten megabytes went through the proxy and came back")
}
