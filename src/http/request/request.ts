import type { Head } from "../parser/head.ts"
import type { IncomingBody } from "./body.ts"

/** What a request is made from. */
export interface RequestSource {
  readonly head: Head
  /** `http://` and an address, for a request that names no host. */
  readonly fallback: string
  readonly body: IncomingBody | undefined
  /** Aborts when the connection is lost. */
  signal(): AbortSignal
}

/**
 * A Request whose parts are made when somebody asks for them: a real one costs more than answering it.
 *
 * It is an instance of Request, and `new Request(it)` works. Whatever it does not know itself, it asks a real
 * one, which it makes once.
 */
class LazyRequest {
  readonly #source: RequestSource
  /** Made when it is needed. */
  #real: Request | undefined
  #url: string | undefined
  #headers: Headers | undefined
  #used = false

  constructor(source: RequestSource) {
    this.#source = source
  }

  get method(): string {
    return this.#source.head.method
  }

  get url(): string {
    return this.#url ??= urlOf(this.#source)
  }

  get headers(): Headers {
    return this.#headers ??= this.#real?.headers ?? headersOf(this.#source.head)
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#real !== undefined) return this.#real.body
    return this.#source.body?.stream ?? null
  }

  get bodyUsed(): boolean {
    if (this.#real !== undefined) return this.#real.bodyUsed
    return this.#used || (this.#source.body?.used ?? false)
  }

  get signal(): AbortSignal {
    return this.#real?.signal ?? this.#source.signal()
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#real !== undefined) return await bytesOf(this.#real)
    if (this.bodyUsed || this.#source.body?.untouched === false) {
      // It says what is wrong, or reads the stream that somebody has asked for.
      return await bytesOf(this.#toReal())
    }
    this.#used = this.#source.body !== undefined
    return await this.#source.body?.bytes() ?? new Uint8Array()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteLength } = await this.bytes()
    return byteLength === buffer.byteLength ? buffer : buffer.slice(0, byteLength)
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async blob(): Promise<Blob> {
    return await (await this.#whole()).blob()
  }

  async formData(): Promise<FormData> {
    return await (await this.#whole()).formData()
  }

  clone(): Request {
    return this.#toReal().clone()
  }

  get cache(): RequestCache {
    return this.#toReal().cache
  }

  get credentials(): RequestCredentials {
    return this.#toReal().credentials
  }

  get destination(): RequestDestination {
    return this.#toReal().destination
  }

  get duplex(): string {
    return "half"
  }

  get integrity(): string {
    return this.#toReal().integrity
  }

  get keepalive(): boolean {
    return false
  }

  get mode(): RequestMode {
    return this.#toReal().mode
  }

  get redirect(): RequestRedirect {
    return this.#toReal().redirect
  }

  get referrer(): string {
    return this.#toReal().referrer
  }

  get referrerPolicy(): ReferrerPolicy {
    return this.#toReal().referrerPolicy
  }

  /** The body, with the type that says how to read it. */
  async #whole(): Promise<Response> {
    const type = this.headers.get("content-type")
    const bytes = await this.bytes()
    return new Response(bytes, type === null ? {} : { headers: { "content-type": type } })
  }

  #toReal(): Request {
    if (this.#real !== undefined) return this.#real
    const { method, url, headers, signal } = this
    const init: RequestInit & { duplex: "half" } = { method, headers, signal, duplex: "half" }
    const { body } = this.#source
    // A GET with a body is legal HTTP, and not for fetch's Request.
    if (body !== undefined && method !== "GET" && method !== "HEAD") {
      init.body = this.#used ? usedUp() : body.stream
    }
    return this.#real = new Request(url, init)
  }

  static {
    Object.setPrototypeOf(this.prototype, Request.prototype)
    // Deno's Request keeps its parts under symbols, which another Request made from it looks up.
    for (const key of Object.getOwnPropertySymbols(new Request("http://localhost/"))) {
      const get = function (this: LazyRequest): unknown {
        return Reflect.get(this.#toReal(), key)
      }
      Object.defineProperty(this.prototype, key, { get, configurable: true })
    }
  }
}

/** A request for a handler. */
export function makeRequest(source: RequestSource): Request {
  const { method } = source.head
  if (method !== "GET" && !keepsMethod()) return realRequest(source)
  return new LazyRequest(source) as unknown as Request
}

function realRequest(source: RequestSource): Request {
  const { head, body } = source
  const init: RequestInit & { duplex: "half" } = {
    method: head.method,
    headers: headersOf(head),
    signal: source.signal(),
    duplex: "half",
  }
  if (body !== undefined && head.method !== "HEAD") init.body = body.stream
  return new Request(urlOf(source), init)
}

/**
 * Whether `new Request(lazy, init)` keeps the method. Bun 1.4.5 makes it GET if `init` names none, so there
 * all other requests are real ones from the beginning.
 */
function keepsMethod(): boolean {
  if (kept !== undefined) return kept
  const head: Head = {
    method: "PUT",
    target: "/",
    origin: "http://localhost",
    lines: "",
    minor: 1,
    keepAlive: true,
    length: 0,
    expects: false,
  }
  const { signal } = new AbortController()
  const lazy = new LazyRequest({ head, fallback: "", body: undefined, signal: () => signal })
  try {
    return kept = new Request(lazy as unknown as Request, {}).method === "PUT"
  } catch {
    return kept = false
  }
}

let kept: boolean | undefined

/** The URL of a request, as a URL object would write it. */
function urlOf({ head: { target, origin }, fallback }: RequestSource): string {
  const path = target === "*" ? "/" : target
  const url = (origin ?? fallback) + path
  return plain.test(path) ? url : new URL(url).href
}

/** Paths that a URL object leaves as they are: nothing to escape, and no segment that begins with a dot. */
const plain = /^(?:\/(?![.%])[\w\-.~!$&()*+,;=:@]*)+(?:\?[\w\-.~!$&()*+,;=:@/?%]*)?$/

/** All of a request's headers. */
export function headersOf({ lines }: Head): Headers {
  const headers = new Headers()
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf("\r\n", at)
    const colon = lines.indexOf(":", at)
    headers.append(lines.substring(at, colon), lines.substring(colon + 1, end))
    at = end + 2
  }
  return headers
}

const bytesOf = async (request: Request): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await request.arrayBuffer())

/** A stream that was read already. */
function usedUp(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.close(),
  })
  void stream.getReader().read()
  return stream
}
