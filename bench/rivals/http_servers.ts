import { createReadStream } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { pipeline } from "node:stream"
import { fileStream } from "zerowire"
import { cachedBody, serve } from "zerowire/http"
import { noSums } from "../../src/http/server/roster.ts"

/** What a server answers with: bytes in memory, or a file with so many. */
export type Body =
  & { readonly length: number }
  & ({ readonly bytes: Uint8Array<ArrayBuffer> } | { readonly path: string })

/** A server that listens. */
export interface Serving {
  readonly port: number
  /** How the bytes of all connections went so far; undefined where the server does not tell. */
  sent(): object | undefined
}

/** Starts a server whose answers are `body`, and `small` for paths that end with `/small`. */
type Start = (
  hostname: string,
  body: Body,
  small: Body | undefined,
) => Serving | Promise<Serving>

/** By name: Zerowire's, the runtime's own, and that of `node:http` in this runtime. */
export const servers: Readonly<Record<string, Start>> = {
  async zerowire(hostname, body, small) {
    const respond = chosen(body, small, (body) => {
      if ("path" in body) return () => new Response(fileStream(body.path))
      const { bytes } = body
      if (bytes.byteLength < cachedFrom) return () => new Response(bytes)
      const cached = cachedBody(bytes)
      return () => cached.response()
    })
    const server = serve({ port: 0, hostname, onListen() {} }, (request) => respond(request)())
    await server.ready
    const sent = () => {
      const sums = noSums()
      server.roster.addTo(sums)
      return sums
    }
    return { port: server.addr.port, sent }
  },

  own(hostname, body, small) {
    const respond = chosen(body, small, (body) => {
      if ("bytes" in body) return () => new Response(body.bytes)
      const { path } = body
      if (bun !== undefined) return () => new Response(bun.file(path))
      return async () => new Response((await deno?.open(path))?.readable)
    })
    const handler = (request: Request) => respond(request)()
    const options = { port: 0, hostname, onListen() {} }
    // 255 seconds are the most; the usual 10 would close connections that are idle on purpose.
    const port = bun?.serve({ ...options, idleTimeout: 255, fetch: handler }).port ??
      deno?.serve(options, handler).addr.port
    if (port === undefined) throw new Error("This runtime has no server")
    return { port, sent: () => undefined }
  },

  async node(hostname, body, small) {
    const respond = chosen(body, small, (body) => (response: ServerResponse) => {
      response.writeHead(200, { "content-length": body.length })
      if ("bytes" in body) response.end(body.bytes)
      else pipeline(createReadStream(body.path), response, () => {})
    })
    const server = createServer((request, response) => respond(request)(response))
    server.keepAliveTimeout = 65_000
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.listen(0, hostname, 4096, () => resolve(server.address() as AddressInfo))
    )
    return { port, sent: () => undefined }
  },
}

/** Makes answers once. If there is only one, the request is not looked at. */
function chosen<A>(
  body: Body,
  small: Body | undefined,
  make: (body: Body) => A,
): (request: { readonly url?: string | undefined }) => A {
  const usual = make(body)
  if (small === undefined) return () => usual
  const other = make(small)
  return ({ url }) => url?.endsWith("/small") ? other : usual
}

/** The size from which a body that stays is worth its buffer. */
const cachedFrom = 16 * 1024

const { Bun: bun, Deno: deno } = globalThis as unknown as {
  readonly Bun?: {
    serve(options: object): { readonly port?: number }
    file(path: string): Blob
  }
  readonly Deno?: {
    serve(
      options: object,
      handler: (request: Request) => Promise<Response> | Response,
    ): { addr: { port: number } }
    open(path: string): Promise<{ readable: ReadableStream<Uint8Array> }>
  }
}
