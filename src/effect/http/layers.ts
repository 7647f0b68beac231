import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Etag from "effect/http/Etag"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import type { HttpPlatform } from "effect/http/HttpPlatform"
import * as HttpServer from "effect/http/HttpServer"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { HttpServerOptions } from "./options.ts"
import { layerHttpPlatform } from "./platform.ts"
import { layerServer, make } from "./server.ts"

/** What the response helpers of Effect need: `HttpPlatform` and weak entity tags. */
export const layerHttpServices: Layer.Layer<
  HttpPlatform | Etag.Generator,
  never,
  FileSystem.FileSystem
> = Layer.merge(layerHttpPlatform, Etag.layerWeak)

/**
 * `HttpServer` with `HttpPlatform` and entity tags, to use instead of `NodeHttpServer.layer`. The file system
 * is the platform's: provide `NodeServices.layer`, or `BunServices.layer`.
 */
export const layer = (
  options: HttpServerOptions,
): Layer.Layer<
  HttpServer.HttpServer | HttpPlatform | Etag.Generator,
  ServeError,
  FileSystem.FileSystem
> => Layer.merge(layerServer(options), layerHttpServices)

/** `layer` with its options from the configuration. */
export const layerConfig = (
  options: Config.Wrap<HttpServerOptions>,
): Layer.Layer<
  HttpServer.HttpServer | HttpPlatform | Etag.Generator,
  ServeError | Config.ConfigError,
  FileSystem.FileSystem
> =>
  Layer.merge(
    Layer.effect(HttpServer.HttpServer, Effect.flatMap(Config.unwrap(options), make)),
    layerHttpServices,
  )

/**
 * A server on a free port of this host, and a client that sends its requests there, for tests. The file
 * system has no files.
 */
export const layerTest: Layer.Layer<
  | HttpServer.HttpServer
  | HttpPlatform
  | Etag.Generator
  | FileSystem.FileSystem
  | Path.Path
  | HttpClient,
  ServeError
> = HttpServer.layerTestClient.pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provideMerge(layer({ port: 0, hostname: "127.0.0.1" })),
  Layer.provideMerge(Layer.merge(FileSystem.layerNoop({}), Path.layer)),
)
