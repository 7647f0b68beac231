// deno-lint-ignore-file no-console
/**
 * An Effect application: routes, an upload that is read as a stream, a file, and metrics for Prometheus. Only
 * the layer at the end is Zerowire's. It asks itself for each, and ends.
 *
 * With a port as its argument it stays up, until it gets SIGINT:
 *
 *     bun examples/20_http_effect.ts 8080
 *     curl http://127.0.0.1:8080/readme
 *     curl http://127.0.0.1:8080/metrics
 *
 * @module
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import assert from "node:assert/strict"
import { readFileSync, statSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { layer } from "zerowire/effect/http"

const readme = fileURLToPath(new URL("../README.md", import.meta.url))

const routes = Layer.mergeAll(
  HttpRouter.add(
    "GET",
    "/hello/:name",
    Effect.map(HttpRouter.params, ({ name }) => HttpServerResponse.text(`Hello ${name}\n`)),
  ),
  HttpRouter.add(
    "POST",
    "/count",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const bytes = yield* Stream.runFold(
        request.stream,
        () => 0,
        (sum, part) => sum + part.byteLength,
      )
      return HttpServerResponse.jsonUnsafe({ bytes })
    }),
  ),
  HttpRouter.add("GET", "/readme", HttpServerResponse.file(readme)),
  PrometheusMetrics.layerHttp(),
)

/** As much of a file system as the example needs: an application has that of @effect/platform-node. */
const files = FileSystem.layerNoop({
  stat: (path) =>
    Effect.sync(() => {
      const { size, mtime } = statSync(path)
      const info = { type: "File", size: ByteSize.fromInputUnsafe(size), mtime: Option.some(mtime) }
      return info as FileSystem.File.Info
    }),
})

const [port] = process.argv.slice(2)
const application = HttpRouter.serve(routes, { disableListenLog: port === undefined }).pipe(
  Layer.provideMerge(layer({ port: Number(port ?? 0), hostname: "127.0.0.1" })),
  Layer.provide(files),
)

const check = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  assert.ok(NetAddress.isInetAddress(address))
  const ask = (path: string, init?: RequestInit) =>
    Effect.promise(async () =>
      await (await fetch(`http://127.0.0.1:${address.port}${path}`, init)).text()
    )
  assert.equal(yield* ask("/hello/you"), "Hello you\n")
  assert.equal(yield* ask("/readme"), readFileSync(readme, "utf8"))
  const body = new Uint8Array(5_000_000)
  assert.equal(yield* ask("/count", { method: "POST", body }), '{"bytes":5000000}')
  const metrics = yield* ask("/metrics")
  assert.match(metrics, /^http_server_request_duration_count\{.*status_code="200".*\} \d+$/m)
  const moved = /^zerowire_http_response_bytes\{path="moved"\} (\d+)$/m.exec(metrics)
  assert.equal(Number(moved?.[1]), statSync(readme).size)
  console.log(`The kernel has sent the ${moved?.[1]} bytes of the file`)
})

if (port === undefined) await Effect.runPromise(Effect.provide(check, application))
else {
  const stop = new AbortController()
  process.once("SIGINT", () => stop.abort())
  await Effect.runPromiseExit(Layer.launch(application), { signal: stop.signal })
}
