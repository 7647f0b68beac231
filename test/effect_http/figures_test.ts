import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as NetAddress from "effect/net/NetAddress"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Tracer from "effect/Tracer"
import assert from "node:assert/strict"
import { rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import type { Completed } from "zerowire/http"
import { layer } from "zerowire/effect/http"
import { pattern } from "../plain_peer.ts"
import { layerFiles } from "./file_system.ts"

const path = join(tmpdir(), `zerowire-figures-${process.pid}`)

test("spans and metrics tell what was answered, by OpenTelemetry's names", async () => {
  writeFileSync(path, pattern(100_000))
  const spans: Tracer.NativeSpan[] = []
  const tracer = Tracer.make({
    span(options) {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  const { promise: told, resolve: tell } = Promise.withResolvers<Completed>()
  const routes = Layer.mergeAll(
    HttpRouter.add("GET", "/file", HttpServerResponse.file(path)),
    HttpRouter.add(
      "GET",
      "/metrics",
      Effect.map(PrometheusMetrics.format(), (text) => HttpServerResponse.text(text)),
    ),
  )
  const program = Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    assert.ok(NetAddress.isInetAddress(address))
    const base = `http://127.0.0.1:${address.port}`
    yield* Effect.promise(async () => (await fetch(`${base}/file?a=b`)).bytes())
    const completed = yield* Effect.promise(() => told)
    assert.equal(completed.movedBytes, 100_000)
    return yield* Effect.promise(async () => (await fetch(`${base}/metrics`)).text())
  })
  try {
    const text = await program.pipe(
      Effect.provide(
        HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
          Layer.provideMerge(layer({ port: 0, hostname: "127.0.0.1", onComplete: tell })),
          Layer.provide(layerFiles),
        ),
      ),
      Effect.withTracer(tracer),
      Effect.provideService(Metric.MetricRegistry, new Map()),
      Effect.runPromise,
    )
    const line = (name: string) => text.split("\n").find((line) => line.startsWith(name)) ?? text
    assert.match(line("http_server_request_duration_count{"), /status_code="200".* 1$/)
    assert.match(line("http_server_request_duration_count{"), /request_method="GET"/)
    assert.match(line('zerowire_http_response_bytes{path="moved"'), / 100000$/)
    assert.match(line("http_server_active_requests"), / 1$/)
    assert.match(line("zerowire_pinned_limit_bytes"), / [1-9]\d*$/)
  } finally {
    rmSync(path)
  }
  const [span] = spans
  assert.equal(span.kind, "server")
  assert.equal(span.attributes.get("http.request.method"), "GET")
  assert.equal(span.attributes.get("url.path"), "/file")
  assert.equal(span.attributes.get("http.response.status_code"), 200)
  assert.equal(span.attributes.get("client.address"), "127.0.0.1")
  assert.ok(Number(span.attributes.get("http.response.size")) > 100_000)
})
