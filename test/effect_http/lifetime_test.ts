import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import assert from "node:assert/strict"
import { test } from "node:test"
import { cachedBody } from "zerowire/http"
import { type HttpServerOptions, layerServer } from "zerowire/effect/http"
import { dial, pattern } from "../plain_peer.ts"

/** Runs `routes` on a free port for as long as the scope is open. */
const served = <E>(
  routes: Layer.Layer<never, E, HttpRouter.HttpRouter>,
  options: HttpServerOptions = {},
) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(
      HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
        Layer.provideMerge(layerServer({ port: 0, hostname: "127.0.0.1", ...options })),
        // Failures that a test asks for are not worth a line.
        Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")),
      ),
      scope,
    )
    const { address } = yield* Effect.provide(HttpServer.HttpServer, context)
    assert.ok(NetAddress.isInetAddress(address))
    const { port } = address
    const close = Effect.runPromise.bind(undefined, Scope.close(scope, Exit.void))
    return { port, url: `http://127.0.0.1:${port}/`, close: () => close() }
  }).pipe(Effect.runPromise)

/** A promise, and what settles it. */
function event<A = void>() {
  const { promise, resolve } = Promise.withResolvers<A>()
  return { happened: promise, happen: resolve }
}

test("a handler is interrupted when its client leaves, and only then", async () => {
  const begun = event()
  const ended = event<Exit.Exit<unknown, unknown>>()
  const waiting = Effect.onExit(
    Effect.andThen(Effect.sync(begun.happen), Effect.never),
    (exit) => Effect.sync(() => ended.happen(exit)),
  )
  const server = await served(HttpRouter.add("GET", "/", waiting))
  const client = await dial(server.port)
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  await begun.happened
  client.resetAndDestroy()
  const exit = await ended.happened
  assert.ok(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
  await server.close()
})

test("the request's scope closes when the body is sent, not before", async () => {
  const closed = event<Exit.Exit<unknown, unknown>>()
  let over = false
  const body = cachedBody(pattern(32 * 1024 * 1024))
  const handler = Effect.gen(function* () {
    yield* Effect.addFinalizer((exit) =>
      Effect.sync(() => {
        over = true
        closed.happen(exit)
      })
    )
    return HttpServerResponse.raw(body.stream(), { contentLength: body.byteLength })
  })
  const server = await served(HttpRouter.add("GET", "/", handler))
  const response = await fetch(server.url)
  assert.equal(response.headers.get("content-length"), String(body.byteLength))
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let received = (await reader.read()).value?.byteLength ?? 0
  // No kernel takes so much for a client that reads nothing.
  assert.equal(over, false)
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    received += part.value.byteLength
  }
  assert.equal(received, body.byteLength)
  assert.ok(Exit.isSuccess(await closed.happened))
  await server.close()
})

test("the scope of a response that is lost on its way closes with an interruption", async () => {
  const closed = event<Exit.Exit<unknown, unknown>>()
  const body = cachedBody(pattern(32 * 1024 * 1024))
  const handler = Effect.as(
    Effect.addFinalizer((exit) => Effect.sync(() => closed.happen(exit))),
    HttpServerResponse.raw(body.stream(), { contentLength: body.byteLength }),
  )
  const server = await served(HttpRouter.add("GET", "/", handler))
  const client = await dial(server.port)
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  await new Promise((resolve) => client.once("data", resolve))
  client.resetAndDestroy()
  const exit = await closed.happened
  assert.ok(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
  await server.close()
})

test("closing the scope answers the requests under way", async () => {
  const begun = event()
  const go = event()
  const slow = Effect.as(
    Effect.andThen(Effect.sync(begun.happen), Effect.promise(() => go.happened)),
    HttpServerResponse.text("done"),
  )
  const server = await served(HttpRouter.add("GET", "/", slow))
  const answer = fetch(server.url)
  await begun.happened
  const closed = server.close()
  go.happen()
  const response = await answer
  assert.equal(await response.text(), "done")
  assert.equal(response.headers.get("connection"), "close")
  await closed
  await assert.rejects(fetch(server.url))
})

test("what is not answered in time is reset", async () => {
  const begun = event()
  const never = Effect.andThen(Effect.sync(begun.happen), Effect.never)
  const server = await served(HttpRouter.add("GET", "/", never), { gracefulShutdownTimeout: 50 })
  const answer = fetch(server.url)
  await begun.happened
  await Promise.all([server.close(), assert.rejects(answer)])
})

test("without preemptive shutdown, requests under way are interrupted and get 503", async () => {
  const begun = event()
  const never = Effect.andThen(Effect.sync(begun.happen), Effect.never)
  const options = { disablePreemptiveShutdown: true }
  const server = await served(HttpRouter.add("GET", "/", never), options)
  const answer = fetch(server.url)
  await begun.happened
  await server.close()
  const response = await answer
  assert.equal(response.status, 503)
  await response.body?.cancel()
})

test("a request whose response cannot be sent gets 500", { timeout: 60_000 }, async () => {
  const text = HttpServerResponse.text("hello")
  const unusable = {
    "a line break in a header": Effect.succeed(HttpServerResponse.setHeader(text, "x", "a\nb")),
    "a status that there is not": Effect.succeed(HttpServerResponse.setStatus(text, 1000)),
    "a defect just before it": Effect.andThen(
      HttpEffect.appendPreResponseHandler(() => Effect.die(new Error("a mistake"))),
      Effect.succeed(text),
    ),
  }
  const pauses = { "at once": Effect.void, "later": Effect.yieldNow }
  for (const [name, handler] of Object.entries(unusable)) {
    for (const [when, pause] of Object.entries(pauses)) {
      const routes = HttpRouter.add("GET", "/", Effect.andThen(pause, handler))
      const server = await served(routes)
      const response = await fetch(server.url)
      assert.equal(response.status, 500, `${name}, ${when}`)
      await response.body?.cancel()
      await server.close()
    }
  }
})

test("a port that is in use fails the layer with a ServeError", async () => {
  const server = await served(HttpRouter.add("GET", "/", HttpServerResponse.empty()))
  const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(
    layerServer({ port: server.port, hostname: "127.0.0.1" }),
  )))
  assert.ok(Exit.isFailure(exit))
  const [error] = exit.cause.reasons.filter(Cause.isFailReason)
  assert.equal(error.error._tag, "ServeError")
  assert.match(String((error.error.cause as Error).message), /EADDRINUSE/)
  await server.close()
})
