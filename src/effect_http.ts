/**
 * Effect's `HttpServer` and `HttpPlatform` on Zerowire: an application of `HttpRouter`, `HttpStaticServer` or
 * `HttpApi` moves over by changing the layer that serves it.
 *
 * ```ts no-run
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 * import { layerServer } from "zerowire/effect/http"
 *
 * const routes = HttpRouter.add("GET", "/hello", HttpServerResponse.text("hello"))
 * const application = HttpRouter.serve(routes).pipe(Layer.provide(layerServer({ port: 8080 })))
 * await Effect.runPromise(Layer.launch(application))
 * ```
 *
 * Effect marks its HTTP modules as unstable: they may change in a minor version, and this one with them.
 *
 * @module zerowire/effect/http
 */
export * from "./effect/http/mod.ts"
