import { createConnection } from "node:net"
import { serve, type Trust } from "zerowire/http"
import type { Server } from "zerowire/http"
import type { NetAddress } from "zerowire"

/** What a handler was told about a request. */
export interface Told {
  readonly url: string
  readonly from: string
}

/** A server on every address of this host, whose answers say what its handler was told. */
export async function telling(trust: Trust | undefined, more: object = {}): Promise<Server> {
  const options = { port: 0, hostname: "::", onListen() {}, ...more }
  const server = serve(
    trust === undefined ? options : { ...options, trust },
    (request, info) =>
      Response.json({ url: request.url, from: shown(info.remoteAddr) } satisfies Told),
  )
  await server.ready
  return server
}

const shown = ({ hostname, port, path }: NetAddress): string =>
  path === undefined ? `${hostname} ${port}` : `unix ${path}`

/**
 * Sends `pieces` over a connection of its own, and returns everything that comes back. A reset is the text
 * `reset`.
 */
export function exchange(
  { addr }: Server,
  pieces: readonly (string | Uint8Array)[],
  host = "127.0.0.1",
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const peer = createConnection({ port: addr.port, host, noDelay: true })
  let received = ""
  peer.setEncoding("latin1").on("data", (text: string) => received += text)
  peer.on("end", () => resolve(received))
  peer.on("error", () => resolve("reset"))
  peer.on("connect", () => {
    for (const piece of pieces) peer.write(piece, "latin1")
  })
  return promise.finally(() => peer.destroy())
}

/** A request with these header lines, as the last of its connection. */
export const get = (...lines: readonly string[]): string =>
  ["GET /p HTTP/1.1", "host: inner:8080", ...lines, "connection: close", "", ""].join("\r\n")

/** What the handler was told, or the status of another answer. */
export function toldIn(answer: string): Told | number {
  const [head, body] = answer.split("\r\n\r\n")
  const status = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(head)?.[1])
  return status === 200 ? JSON.parse(body) : status
}
