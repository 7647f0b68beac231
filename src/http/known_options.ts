import type { Taker } from "../argument/mod.ts"
import type { StatusPageOptions } from "./status/options.ts"
import type { ServeObject, ShutdownOptions, UpgradeOptions } from "./server/options.ts"

const limitsInstead = "It is one of the limits: limits: { … }"

/** `serve` of `zerowire/http`. */
export const serveTaker: Taker<keyof ServeObject> = {
  action: "serve",
  example: 'serve({ port: 8080 }, () => new Response("hello"))',
  names: {
    port: true,
    hostname: true,
    path: true,
    mode: true,
    fd: true,
    activated: true,
    reusePort: true,
    backlog: true,
    signal: true,
    zerocopy: true,
    threshold: true,
    fallback: true,
    limits: true,
    trust: true,
    onError: true,
    onListen: true,
    onComplete: true,
    fetch: true,
  },
  instead: {
    tls: "Zerowire speaks plain TCP: put a proxy in front",
    cert: "Zerowire speaks plain TCP: put a proxy in front",
    key: "Zerowire speaks plain TCP: put a proxy in front",
    handler: 'Call it "fetch", or give the handler as the second argument',
    error: 'Call it "onError"',
    idleTimeout: limitsInstead,
    maxRequestBodySize: "It is one of the limits: limits: { bodyBytes }",
    unix: 'Call it "path"',
    trustProxy: 'It is "trust", with the addresses of the proxies: trust: { proxies, headers }',
    websocket: "Call info.upgrade() in the handler, and give its socket to a WebSocket library",
    routes: "Use a router, such as Hono's, as the handler",
  },
}

/** `upgrade` of a handler's `info`. */
export const upgradeTaker: Taker<keyof UpgradeOptions> = {
  action: "upgrade",
  example: 'info.upgrade({ protocol: "websocket" })',
  names: { protocol: true, headers: true },
}

/** `Server.shutdown`. */
export const shutdownTaker: Taker<keyof ShutdownOptions> = {
  action: "shut a server down",
  example: "server.shutdown({ deadline: 10_000 })",
  names: { deadline: true },
}

/** `statusPage`. */
export const statusPageTaker: Taker<keyof StatusPageOptions> = {
  action: "make a status page",
  example: "statusPage({ interval: 500 })",
  names: { interval: true },
}
