import { cannotUse, checkOptions } from "../argument/mod.ts"
import { responsePeek } from "../kernel/mod.ts"
import { formatAddr, listen, type NetAddress } from "../tcp/mod.ts"
import { serveTaker } from "./known_options.ts"
import { toLimits } from "./limits.ts"
import { llhttp } from "./parser/llhttp.ts"
import type { Handler, ServeObject, ServeOptions } from "./server/options.ts"
import { Server } from "./server/server.ts"
import { TrustedProxies } from "./trust/trust.ts"

/**
 * Serves HTTP/1.1. The handler has the shape of `Deno.serve`'s and of `Bun.serve`'s `fetch`, so that one
 * written for them, or an app of Hono or another fetch framework, moves over by changing an import:
 *
 * ```ts no-run
 * import { serve } from "zerowire/http"
 *
 * serve({ port: 8080 }, (request) => new Response(`You asked for ${request.url}`))
 * ```
 *
 * It starts listening at once; `await server.ready` waits until it does.
 *
 * Requests that two servers might read differently are refused with 400 and the connection is closed. A body
 * that fails in the middle resets the connection, so that no client takes a part for the whole.
 *
 * @throws {TypeError} for unknown options, for values out of range, and without a handler.
 */
export function serve(options: ServeOptions, handler: Handler): Server
export function serve(handler: Handler): Server
export function serve(options: ServeObject): Server
export function serve(first: ServeOptions | ServeObject | Handler, second?: Handler): Server {
  const options: ServeOptions = typeof first === "function" ? {} : first
  checkOptions(serveTaker, options)
  const handler = handlerOf(first, second)
  const { signal, onError, onListen, onComplete } = options
  for (const [name, hook] of Object.entries({ onError, onListen, onComplete })) {
    if (hook !== undefined && typeof hook !== "function") throw cannotUse(name, hook, "a function")
  }
  const limits = toLimits(options.limits)
  const { backlog, reusePort, zerocopy, threshold, fallback } = options
  const context = {
    llhttp: llhttp(),
    limits,
    handler,
    peek: responsePeek(),
    closeTimeout: closeMillis,
    trust: options.trust === undefined ? undefined : new TrustedProxies(options.trust),
    onComplete,
    onError: onError ?? defaultError,
    report,
  }
  const { hostname, path, mode, fd, activated } = options
  const elsewhere = path !== undefined || fd !== undefined || activated !== undefined
  const port = options.port ?? (elsewhere ? undefined : 8000)
  const at = given({ port, hostname, path, mode, fd, activated })
  const listening = listen({
    ...at,
    ...given({ backlog, reusePort, zerocopy, threshold, fallback }),
  })
  const stop = () => void server.shutdown({ deadline: 0 })
  const server = new Server({
    listening,
    context,
    onListen: onListen ?? sayAddress,
    // A signal may outlive many servers.
    ended: () => signal?.removeEventListener("abort", stop),
  })
  if (signal?.aborted === true) stop()
  else signal?.addEventListener("abort", stop, { once: true })
  return server
}

function handlerOf(first: ServeOptions | ServeObject | Handler, second: unknown): Handler {
  const handler = typeof first === "function" ? first : second ?? (first as ServeObject).fetch
  if (typeof handler !== "function") {
    throw cannotUse("handler", handler, "a function that returns a Response")
  }
  // A method of an object, such as a Hono app, is called on it.
  if (handler === (first as ServeObject).fetch) return handler.bind(first) as Handler
  return handler as Handler
}

/** Without the members that are undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> }
}

function defaultError(error: unknown): Response {
  report(error)
  return new Response("Internal Server Error", { status: 500 })
}

function report(error: unknown): void {
  // deno-lint-ignore no-console -- a server that fails without a word cannot be mended
  console.error(error)
}

function sayAddress(addr: NetAddress): void {
  // deno-lint-ignore no-console -- as Deno.serve does; onListen replaces it
  console.log(`Listening on ${addr.transport === "unix" ? "" : "http://"}${formatAddr(addr)}`)
}

const closeMillis = 30_000
