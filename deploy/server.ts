// deno-lint-ignore-file no-console
/**
 * A file server for the recipes of this folder, or a pattern for your own. Environment variables:
 *
 * - `FILES`: the folder to serve. Default: the working directory.
 * - Where to listen: sockets of systemd if it has passed any, else `SOCKET`, a path, else `PORT`, 8080 unless
 *   it is set. `REUSE_PORT=1` lets several processes share the port.
 * - `PROXIES`: addresses of proxies, with commas between, that set X-Forwarded-*.
 *
 * SIGTERM and SIGINT end it: it answers what it has accepted, for up to 30 seconds.
 *
 * @module
 */
import process from "node:process"
import { fileHandler, serve, type ServeOptions } from "zerowire/http"

const { FILES = ".", LISTEN_FDS, SOCKET, PORT = "8080", REUSE_PORT, PROXIES } = process.env

/** A new socket of Unix belongs to a group, so that a proxy in the group may connect. */
const place: ServeOptions = LISTEN_FDS !== undefined
  ? { activated: 0 }
  : SOCKET !== undefined
  ? { path: SOCKET, mode: 0o660 }
  : { port: Number(PORT), reusePort: REUSE_PORT === "1" }

const trust: ServeOptions = PROXIES === undefined
  ? {}
  : { trust: { proxies: PROXIES.split(","), headers: "x-forwarded" } }

const server = serve({ ...place, ...trust }, fileHandler(FILES))

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    console.log(`${signal}: ending`)
    void server.shutdown({ deadline: 30_000 })
  })
}
await server.finished
