import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as NetAddress from "effect/net/NetAddress"
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { layer, layerHttpServices, layerTest } from "zerowire/effect/http"
import { HttpClient } from "effect/http/HttpClient"
import { pattern, sha256 } from "../plain_peer.ts"
import { application } from "./application.ts"
import { layerFiles } from "./file_system.ts"
import { RuntimeServer } from "../http_files/runtime_server.ts"

const root = mkdtempSync(join(tmpdir(), "zerowire-effect-"))
after(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, "folder"))
writeFileSync(join(root, "index.html"), "<!doctype html><title>Hello</title>")
writeFileSync(join(root, "empty.txt"), "")
writeFileSync(join(root, "big.bin"), pattern(2_000_000))
writeFileSync(join(root, "folder", "index.html"), "inside")

/** Failures that the application asks for are not worth a line. */
const silent = Layer.succeed(References.MinimumLogLevel, "None")

/** Runs `use` with the base URL of the application on Zerowire's server. */
const onZerowire = (use: (base: string) => Promise<void>) =>
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    assert.ok(NetAddress.isInetAddress(address))
    yield* Effect.promise(() => use(`http://127.0.0.1:${address.port}`))
  }).pipe(
    Effect.provide(
      HttpRouter.serve(application(root), { disableLogger: true, disableListenLog: true }).pipe(
        Layer.provideMerge(layer({ port: 0, hostname: "127.0.0.1" })),
        Layer.provide(layerFiles),
        Layer.provide(silent),
      ),
    ),
    Effect.runPromise,
  )

interface Asked {
  readonly path: string
  readonly init?: RequestInit
}

const requests: readonly Asked[] = [
  ...[
    "/text",
    "/json",
    "/bytes",
    "/empty",
    "/redirect",
    "/users/42",
    "/cookie",
    "/stream",
    "/fails",
  ],
  ...["/dies", "/nothing", "/files/", "/files/empty.txt", "/files/big.bin", "/files/folder"],
  ...["/files/folder/", "/files/nothing", "/files/..%2f..%2fetc%2fpasswd"],
].flatMap((path): readonly Asked[] => [{ path }, { path, init: { method: "HEAD" } }]).concat(
  { path: "/echo?a=b", init: { method: "POST", body: "grüße", headers: { x: "y" } } },
  { path: "/echo", init: { method: "POST", body: "" } },
  { path: "/files/big.bin", init: { headers: { range: "bytes=100-199999" } } },
  { path: "/files/big.bin", init: { headers: { range: "bytes=-1" } } },
  { path: "/files/big.bin", init: { headers: { range: "bytes=3000000-" } } },
  {
    path: "/files/big.bin",
    init: { headers: { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" } },
  },
)

async function answers(base: string): Promise<readonly unknown[]> {
  const all = []
  for (const { path, init = {} } of requests) {
    const response = await fetch(base + path, { redirect: "manual", ...init })
    const headers = [...response.headers].filter(([name]) => !ofConnection.has(name))
    const body = new Uint8Array(await response.arrayBuffer())
    const length = response.headers.get("content-length")
    if (length !== null && init.method !== "HEAD") {
      assert.equal(Number(length), body.byteLength, path)
    }
    all.push({
      asked: `${init.method ?? "GET"} ${path} ${JSON.stringify(init.headers ?? {})}`,
      status: response.status,
      headers: Object.fromEntries(headers.sort()),
      body: body.byteLength < 200 ? new TextDecoder().decode(body) : sha256(body),
    })
  }
  return all
}

/** Headers that belong to the server, not to the application. Bun has no lengths for files as streams. */
const ofConnection = new Set([
  ...["connection", "content-length", "date", "keep-alive", "transfer-encoding"],
  // Deno compresses when the client accepts it.
  ...["vary", "content-encoding"],
])

test("an application answers as on the runtime's own server", { timeout: 60_000 }, async () => {
  const { handler, dispose } = HttpRouter.toWebHandler(
    application(root).pipe(
      Layer.provide(layerHttpServices),
      Layer.provide(layerFiles),
      Layer.provide(silent),
    ),
    { disableLogger: true },
  )
  const server = new RuntimeServer((request) => handler(request))
  const expected = await answers(`http://127.0.0.1:${server.port}`)
  await server.close()
  await dispose()
  await onZerowire(async (base) => {
    const got = await answers(base)
    for (let i = 0; i < got.length; i++) assert.deepEqual(got[i], expected[i])
  })
})

test("layerTest gives tests a server and a client for it", async () => {
  const answer = await Effect.gen(function* () {
    const client = yield* HttpClient
    const response = yield* client.get("/hello")
    return `${response.status} ${yield* response.text}`
  }).pipe(
    Effect.provide(
      HttpServer.serve(Effect.succeed(HttpServerResponse.text("hello"))).pipe(
        Layer.provideMerge(layerTest),
      ),
    ),
    Effect.runPromise,
  )
  assert.equal(answer, "200 hello")
})
