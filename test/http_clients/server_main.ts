/**
 * The server that `npm run clients` shows to others. Prints its port.
 *
 * Arguments: the folder whose files it serves, and a timeout in milliseconds for slow clients.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { cachedBody, fileHandler, serve } from "zerowire/http"

const [folder, timeout] = process.argv.slice(2)
const files = fileHandler(folder, { prefix: "/files", precompressed: true })
const cached = cachedBody(readFileSync(join(folder, "film.bin")))
const posted: string[] = []
const ports = new Set<number>()
const limits = {
  ...{ headTimeout: Number(timeout), bodyTimeout: Number(timeout), sendTimeout: Number(timeout) },
  bodyBytes: 50_000_000,
}

const server = serve({
  ...{ port: 0, hostname: "127.0.0.1", limits, onListen() {} },
  // Some clients leave in the middle.
  onError: (failure) => new Response(String(failure), { status: 500 }),
}, async (request, { remoteAddr }): Promise<Response> => {
  const { pathname } = new URL(request.url)
  ports.add(remoteAddr.port)
  switch (pathname) {
    case "/hello":
      return new Response("hello\n")
    case "/cached":
      return cached.response()
    case "/stream":
      return new Response(new Blob([readFileSync(join(folder, "page.html"))]).stream())
    case "/upload":
      return new Response(await hashOf(request.body))
    // What a page has found out, for those who have opened it.
    case "/post":
      posted.push(await request.text())
      return new Response(null, { status: 204 })
    case "/posted":
      return Response.json({ posted, connections: server.connections, ports: ports.size })
  }
  const response = await files(request)
  if (pathname === "/files/film.mp4") posted.push(`${response.status}`)
  return response
})
await server.ready
process.stdout.write(`${server.addr.port}\n`)
process.once("SIGTERM", () => void server.shutdown({ deadline: 2000 }))

async function hashOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of body ?? []) hash.update(chunk)
  return hash.digest("hex")
}
