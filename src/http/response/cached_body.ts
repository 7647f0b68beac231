import { byteLengthOf, cannotUse } from "../../argument/mod.ts"
import { markOwn } from "./own_response.ts"

/** Bytes that are sent to many peers from one place in memory. */
export interface CachedBody {
  /** Bytes of the body. */
  readonly byteLength: number
  /** A Response with this body and its Content-Length. */
  response(init?: ResponseInit): Response
  /** The bytes as a new stream. A Zerowire server does not read it, but sends the bytes in place. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
}

/**
 * Keeps bytes for responses. They are copied once, now; sending them to any number of peers then copies
 * nothing: from the threshold on (16 KiB by default) each peer gets them from this one place.
 *
 * The streams are ordinary byte streams, which deliver copies to whoever reads them, such as another server
 * or `response.text()`.
 *
 * ```ts no-run
 * import { cachedBody, serve } from "zerowire/http"
 *
 * const page = cachedBody("<!doctype html><title>Hello</title>")
 * serve({ port: 8080 }, () => page.response({ headers: { "content-type": "text/html" } }))
 * ```
 *
 * @throws {TypeError} unless it is a string or a Uint8Array.
 */
export function cachedBody(body: string | Uint8Array): CachedBody {
  return new Cached(toBytes(body))
}

function toBytes(body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof body === "string") return new TextEncoder().encode(body)
  if (byteLengthOf(body) === undefined) throw cannotUse("body", body, "a string or a Uint8Array")
  return new Uint8Array(body)
}

class Cached implements CachedBody {
  readonly #bytes: Uint8Array<ArrayBuffer>

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes
  }

  get byteLength(): number {
    return this.#bytes.byteLength
  }

  response(init?: ResponseInit): Response {
    const response = new Response(this.stream(), init)
    response.headers.set("content-length", String(this.byteLength))
    return markOwn(response)
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const bytes = this.#bytes
    let at = 0
    const stream = new ReadableStream({
      type: "bytes",
      pull(controller: ReadableByteStreamController) {
        if (at < bytes.byteLength) controller.enqueue(bytes.slice(at, at += chunkBytes))
        if (at < bytes.byteLength) return
        controller.close()
        controller.byobRequest?.respond(0)
      },
    }, { highWaterMark: 0 })
    cachedBytes.set(stream, bytes)
    return stream
  }
}

/** The bytes of a stream that nobody has begun to read. They must not change. */
export function bytesBehind(
  stream: ReadableStream<Uint8Array>,
): Uint8Array<ArrayBuffer> | undefined {
  return stream.locked ? undefined : cachedBytes.get(stream)
}

const cachedBytes = new WeakMap<object, Uint8Array<ArrayBuffer>>()
const chunkBytes = 64 * 1024
