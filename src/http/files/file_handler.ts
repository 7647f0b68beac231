import { atLeast, checkOptions, oneOf } from "../../argument/mod.ts"
import { givenPath } from "../../tcp/mod.ts"
import { answer, type FileRequest } from "./answer.ts"
import { fileHandlerTaker } from "./known_options.ts"
import { listingPage, listingPolicy } from "./listing.ts"
import { mediaTypeOf } from "./media_type.ts"
import { codeOf, isMissing } from "./missing.ts"
import type { FileHandlerOptions } from "./options.ts"
import { openVariant } from "./precompressed.ts"
import { mostRanges } from "./ranges.ts"
import { Root } from "./root.ts"
import { symlinkChoices } from "./symlinks.ts"
import { type Target, targetOf } from "./url_path.ts"
import { etagStrengths } from "./validators.ts"

/** A request for a file: any `Request` is one. */
export interface FileHandlerRequest extends FileRequest {
  /** The absolute URL. */
  readonly url: string
}

/**
 * A handler for `Bun.serve`, `Deno.serve` or a server of Zerowire that answers GET and HEAD with the files
 * below `root`, as `fileResponse` does, and with 400, 403, 404 or 405 otherwise. A folder answers with
 * its index; without the slash at its end it redirects there.
 *
 * No URL leads out of the root, and by default no symbolic link does either. Names that begin with a dot
 * do not exist for it.
 *
 * The handler rejects with a ZerowireError where the server is to blame, and not the request: EMFILE, EIO,
 * a permission that Deno does not give. The server answers that with 500.
 *
 * ```ts no-run
 * import { fileHandler } from "zerowire/http"
 *
 * export default { fetch: fileHandler("public", { precompressed: true }) }
 * ```
 *
 * @throws {TypeError} if `root` is not a path or a `file:` URL, and for unknown options.
 */
export function fileHandler(
  root: string | URL,
  options: FileHandlerOptions = {},
): (request: FileHandlerRequest) => Promise<Response> {
  const path = givenPath(root, fileHandlerTaker)
  checkOptions(fileHandlerTaker, options)
  const symlinks = oneOf("symlinks", symlinkChoices, options.symlinks, "inside")
  oneOf("etag", etagStrengths, options.etag, "strong")
  atLeast("ranges", options.ranges ?? mostRanges, 0)
  const files = new FileHandler(new Root(path, symlinks), options)
  return (request) => files.handle(request)
}

class FileHandler {
  readonly #root: Root
  readonly #options: FileHandlerOptions
  readonly #prefix: string

  constructor(root: Root, options: FileHandlerOptions) {
    this.#root = root
    this.#options = options
    this.#prefix = (options.prefix ?? "").replace(/\/+$/, "")
  }

  async handle(request: FileHandlerRequest): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return this.#say(request, 405, { allow: "GET, HEAD" })
    }
    const url = new URL(request.url)
    const target = targetOf(url.pathname, this.#prefix)
    if (typeof target === "number") return this.#say(request, target)
    if (this.#hides(target)) return this.#say(request, 404)
    try {
      return target.folder
        ? await this.#folder(request, target, url)
        : await this.#file(request, target.names)
    } catch (failure) {
      const code = codeOf(failure)
      if (code === "EISDIR" && !target.folder) return this.#redirect(request, url)
      if (isMissing(failure)) return this.#say(request, 404)
      if (code === "EACCES" || code === "EPERM") return this.#say(request, 403)
      throw failure
    }
  }

  #hides({ names }: Target): boolean {
    return this.#options.dotfiles !== true && names.some((name) => name.startsWith("."))
  }

  async #file(request: FileHandlerRequest, names: readonly string[]): Promise<Response> {
    const { precompressed, etag = "strong", ranges = mostRanges } = this.#options
    const file = await this.#root.open(names)
    try {
      const headers = this.#headersOf(names)
      const how = { status: 200, etag, ranges, headers }
      if (precompressed !== true) return answer(file, request, how)
      // Also if there is no variant now: a cache would keep this answer when there is one.
      headers.append("vary", "Accept-Encoding")
      const accepted = request.headers.get("accept-encoding")
      const variant = await openVariant(this.#root, names, accepted)
      if (variant === undefined) return answer(file, request, how)
      file.close()
      const { coding } = variant
      headers.set("content-encoding", coding)
      return answer(variant.file, request, { ...how, coding })
    } catch (failure) {
      file.close()
      throw failure
    }
  }

  async #folder(request: FileHandlerRequest, { names }: Target, url: URL): Promise<Response> {
    const { index = "index.html", listing } = this.#options
    try {
      if (index !== false) return await this.#file(request, [...names, index])
    } catch (failure) {
      if (listing !== true || !isMissing(failure)) throw failure
    }
    if (listing !== true) return this.#say(request, 404)
    return await this.#list(request, names, url)
  }

  async #list(
    request: FileHandlerRequest,
    names: readonly string[],
    url: URL,
  ): Promise<Response> {
    const { symlinks, dotfiles } = this.#options
    const entries = (await this.#root.list(names)).filter((entry) =>
      (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink() && symlinks !== "refuse") &&
      (dotfiles === true || !entry.name.startsWith("."))
    )
    const page = new TextEncoder().encode(listingPage(url.pathname, entries))
    const headers = this.#headers({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(page.byteLength),
      "content-security-policy": listingPolicy,
    })
    return new Response(request.method === "HEAD" ? null : page, { headers })
  }

  /** Relative to the request, so that it also holds behind a proxy that cuts off a prefix. */
  #redirect(request: FileHandlerRequest, { pathname, search }: URL): Response {
    const last = pathname.slice(pathname.lastIndexOf("/") + 1)
    return this.#say(request, 301, { location: `./${last}/${search}` })
  }

  #headersOf(names: readonly string[]): Headers {
    const { cacheControl, headers: more } = this.#options
    const path = `/${names.join("/")}`
    const headers = this.#headers(typeof more === "function" ? more(path) : undefined)
    const caching = typeof cacheControl === "function" ? cacheControl(path) : cacheControl
    if (caching !== undefined && !headers.has("cache-control")) {
      headers.set("cache-control", caching)
    }
    if (!headers.has("content-type")) headers.set("content-type", mediaTypeOf(path))
    return headers
  }

  /** An answer without a file. */
  #say({ method }: FileHandlerRequest, status: Status, more?: Record<string, string>): Response {
    const text = new TextEncoder().encode(`${status} ${phrases[status]}\n`)
    const headers = this.#headers({
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(text.byteLength),
      ...more,
    })
    return new Response(method === "HEAD" ? null : text, { status, headers })
  }

  #headers(more: HeadersInit | undefined): Headers {
    const { headers: given } = this.#options
    const headers = new Headers(typeof given === "function" ? undefined : given)
    for (const [name, value] of new Headers(more)) headers.set(name, value)
    return headers
  }
}

type Status = keyof typeof phrases

const phrases = {
  301: "Moved Permanently",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
} as const
