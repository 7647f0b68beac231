import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Scope from "effect/Scope"
import { type Handler, serve } from "../../http/mod.ts"
import { countStack } from "../meter.ts"
import { stackFor } from "../stack.ts"
import { handlerOf } from "./handler.ts"
import { meter } from "./meter.ts"
import type { HttpServerOptions } from "./options.ts"

/**
 * Serves HTTP/1.1 while the scope is open. When it closes, no more connections are accepted, the idle ones
 * are closed, and requests under way are answered until `gracefulShutdownTimeout`.
 *
 * The fiber of a request is interrupted when its connection is lost. Its scope closes when the kernel has
 * accepted the response. Until an application is served, requests get 503.
 *
 * A body of bytes is copied, because programs may reuse them. For bodies in place use
 * `HttpServerResponse.raw` with `cachedBody(bytes).stream()`, or with `fileStream(path)`, both of which are
 * streams that the server recognises.
 *
 * Fails with a ServeError, whose cause is the ZerowireError, if it cannot listen. Unknown options and values
 * out of range are a defect: a TypeError.
 */
export const make: (
  options: HttpServerOptions,
) => Effect.Effect<HttpServer.HttpServer["Service"], ServeError, Scope.Scope> = Effect.fnUntraced(
  function* (options) {
    const { gracefulShutdownTimeout, disablePreemptiveShutdown, onComplete, ...others } = options
    const deadline = Duration.toMillis(gracefulShutdownTimeout ?? Duration.seconds(20))
    const context = yield* Effect.context<never>()
    const count = meter(context)
    // The application that was served last answers.
    const handlers: Handler[] = [unavailable]
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        serve({
          ...others,
          onListen() {},
          onError: (error) => {
            Effect.runForkWith(context)(Effect.logError("A request has failed", error))
            return new Response(null, { status: 500 })
          },
          onComplete(completed) {
            count.completed(completed)
            onComplete?.(completed)
          },
        }, (request, info) => {
          count.began()
          return (handlers.at(-1) ?? unavailable)(request, info)
        })
      ),
      (server) => Effect.promise(() => server.shutdown({ deadline })),
    )
    yield* Effect.tryPromise({
      try: () => server.ready,
      catch: (cause) => new ServeError({ cause }),
    })
    const stack = yield* Effect.mapError(
      stackFor(others.fallback),
      (cause) => new ServeError({ cause }),
    )
    countStack(context, stack)
    const shutdown = yield* Effect.cached(Effect.promise(() => server.shutdown({ deadline })))
    return HttpServer.make({
      address: socketAddress(server.addr),
      serve: Effect.fnUntraced(function* (application, middleware) {
        const context = yield* Effect.context<Scope.Scope>()
        const scope = yield* Effect.scope
        const requests = yield* Scope.fork(scope, "parallel")
        const handler = handlerOf(application, middleware, context, requests)
        handlers.push(handler)
        yield* Scope.addFinalizer(
          scope,
          Effect.suspend(() => {
            const remove = Effect.sync(() => void handlers.splice(handlers.indexOf(handler), 1))
            if (disablePreemptiveShutdown === true) return remove
            return Effect.ensuring(shutdown, remove)
          }),
        )
      }),
    })
  },
)

/** `make` as a layer that provides `HttpServer` alone, to use instead of `NodeHttpServer.layerServer`. */
export const layerServer = (
  options: HttpServerOptions,
): Layer.Layer<HttpServer.HttpServer, ServeError> =>
  Layer.effect(HttpServer.HttpServer, make(options))

const unavailable = (): Response => new Response(null, { status: 503 })

function socketAddress(
  { hostname, port, path }: {
    readonly hostname: string
    readonly port: number
    readonly path?: string
  },
): NetAddress.SocketAddress {
  return path === undefined
    ? NetAddress.inetAddressFromNativeUnsafe(hostname, port)
    : NetAddress.unixPathAddress(path)
}
