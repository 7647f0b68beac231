import type * as FileSystem from "effect/FileSystem"
import * as Etag from "effect/http/Etag"
import * as Headers from "effect/http/Headers"
import type { HttpBody } from "effect/http/HttpBody"
import * as HttpPlatform from "effect/http/HttpPlatform"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Mime from "effect/http/Mime"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { fileStream, type RuntimeFile } from "../../tcp/mod.ts"
import { partOf } from "./part_of.ts"

/**
 * Effect's `HttpPlatform`, whose file responses the kernel sends from its page cache: those of
 * `HttpServerResponse.file`, of `HttpStaticServer`, and of `HttpServerResponse.fileWeb` with a `Bun.file`.
 * Under other servers they are ordinary streams.
 */
export const layerHttpPlatform: Layer.Layer<
  HttpPlatform.HttpPlatform,
  never,
  FileSystem.FileSystem
> = Layer.effect(
  HttpPlatform.HttpPlatform,
  HttpPlatform.make({
    platform: "Deno" in globalThis ? "deno" : "bun",
    compression: HttpPlatform.makeCompressionWeb({
      algorithms: ["gzip", "deflate"],
      transform: HttpPlatform.compressionTransformWeb,
    }),
    fileResponse: (path, status, statusText, headers, start, end, contentLength) => {
      const length = Number(contentLength)
      const range = { start, end: end ?? start + length }
      return HttpServerResponse.raw(length === 0 ? new Uint8Array() : fileStream(path, range), {
        status,
        statusText,
        headers: fileHeaders(headers, typeOf(path), length),
      })
    },
    fileWebResponse: (file, status, statusText, headers, options = {}) => {
      const start = Math.min(Math.max(options.offset ?? 0, 0), file.size)
      const length = Math.min(Math.max(options.bytesToRead ?? Infinity, 0), file.size - start)
      const body = isRuntimeFile(file)
        ? fileStream(file, { start, end: start + length })
        : partOf(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>, start, length)
      return HttpServerResponse.raw(length === 0 ? new Uint8Array() : body, {
        status,
        statusText,
        headers: fileHeaders(headers, file.type || typeOf(file.name), length),
      })
    },
  }),
).pipe(
  // Strong ones, as on Effect's own platforms: a download goes on only by a strong one (If-Range).
  Layer.provide(Etag.layer),
)

const fileHeaders = (
  headers: Headers.Headers,
  type: string,
  length: number,
): Headers.Headers =>
  Headers.merge(
    Headers.fromRecordUnsafe({ "content-type": type, "content-length": String(length) }),
    Headers.remove(headers, "content-length"),
  )

const typeOf = (path: string): string =>
  Option.getOrElse(Mime.getType(path), () => "application/octet-stream")

/** Whether the kernel can send it: a `Bun.file` can be opened again, a File is in memory. */
const isRuntimeFile = (file: HttpBody.FileLike): file is HttpBody.FileLike & RuntimeFile =>
  "stat" in file && typeof file.stat === "function"
