import { createHash } from "node:crypto"
import { atLeast, checkOptions } from "../../argument/mod.ts"
import { statusPageTaker } from "../known_options.ts"
import { cachedBody } from "../response/cached_body.ts"
import { events } from "./events.ts"
import type { StatusPageOptions } from "./options.ts"
import { page } from "./page.ts"
import { script } from "./page_script.ts"
import { style } from "./page_style.ts"

/**
 * A page that shows live what the HTTP servers of this isolate send, and how: throughput, the share that left
 * without a copy, copies by reason, connections, requests, and the slowest clients. It is a handler for any
 * path, and for any server or framework of this process.
 *
 * ```ts no-run
 * import { fileHandler, serve, statusPage } from "zerowire/http"
 *
 * const files = fileHandler("public")
 * const status = statusPage()
 * serve({ port: 8080 }, (request, info) =>
 *   new URL(request.url).pathname === "/status" ? status(request) : files(request))
 * ```
 *
 * One path serves the page and its server-sent events, by the `Accept` of the request. The page is one file: it
 * loads nothing else, and its Content-Security-Policy allows nothing else. It shows addresses of clients, so
 * show it to nobody but yourself. Its own events count, too.
 *
 * @throws {TypeError} for unknown options, and for values out of range.
 */
export function statusPage(options: StatusPageOptions = {}): (request: Request) => Response {
  checkOptions(statusPageTaker, options)
  const interval = atLeast("interval", options.interval ?? 1000, 10)
  const body = cachedBody(page)
  return ({ method, headers }) => {
    if (method !== "GET" && method !== "HEAD") {
      return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } })
    }
    if (!/\btext\/event-stream\b/.test(headers.get("accept") ?? "")) {
      return body.response({ headers: pageHeaders })
    }
    return new Response(method === "HEAD" ? null : events(interval), { headers: eventHeaders })
  }
}

const hashOf = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const common = { "cache-control": "no-store", vary: "accept", "x-content-type-options": "nosniff" }

const pageHeaders = {
  ...common,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "connect-src 'self'",
    "img-src data:",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
  ].join("; "),
  "referrer-policy": "no-referrer",
}

const eventHeaders = {
  ...common,
  "content-type": "text/event-stream",
  // nginx would keep events back.
  "x-accel-buffering": "no",
}
