// deno-lint-ignore-file no-console
/**
 * A file server in the runtime's own HTTP server, and a player that seeks in its film: it begins, jumps,
 * resumes after a break, and asks whether the film has changed. Last, several ranges go to a Zerowire
 * socket, where the kernel sends them.
 *
 * @module
 */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, listen } from "zerowire"
import { fileHandler, fileResponse } from "zerowire/http"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
using cleanup = new DisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true }))
const film = randomBytes(24 * 1024 * 1024)
const path = join(folder, "film.mp4")
writeFileSync(join(folder, "index.html"), '<video src="film.mp4" controls></video>\n')
writeFileSync(path, film)
// In the first seconds after a change, a file's ETag is weak.
utimesSync(path, 1_700_000_000, 1_700_000_000)

const handler = fileHandler(folder, { cacheControl: "no-cache" })
const server = serveHere(handler)
const url = (path: string) => `http://127.0.0.1:${server.port}/${path}`

const page = await fetch(url(""))
assert.match(await page.text(), /<video/)
assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8")

// A player asks for everything, looks at the beginning, and gives up the rest when its user seeks.
const first = await fetch(url("film.mp4"), { headers: { range: "bytes=0-" } })
assert.deepEqual([first.status, first.headers.get("content-type")], [206, "video/mp4"])
const reader = first.body?.getReader()
const begun = await reader?.read()
assert.ok(
  begun?.value !== undefined && film.subarray(0, begun.value.byteLength).equals(begun.value),
)
await reader?.cancel()
const etag = first.headers.get("etag") ?? ""
console.log(`Began with ${begun.value.byteLength} bytes of ${first.headers.get("content-range")}`)

for (const start of [20_000_000, 5_000_000, 25_000_000]) {
  const end = Math.min(start + 1_000_000, film.byteLength)
  const part = await fetch(url("film.mp4"), {
    headers: { range: `bytes=${start}-${start + 999_999}`, "if-range": etag },
  })
  assert.equal(part.headers.get("content-range"), `bytes ${start}-${end - 1}/${film.byteLength}`)
  assert.ok(film.subarray(start, end).equals(new Uint8Array(await part.arrayBuffer())))
}
console.log("Sought forwards and back")

const again = await fetch(url("film.mp4"), { headers: { "if-none-match": etag } })
assert.deepEqual([again.status, await again.text()], [304, ""])
const other = await fetch(url("film.mp4"), { headers: { range: "bytes=9-", "if-range": '"old"' } })
assert.equal(other.status, 200)
await other.body?.cancel()
const past = await fetch(url("film.mp4"), { headers: { range: "bytes=99999999-" } })
assert.deepEqual([past.status, await past.text()], [416, ""])
const lost = await fetch(url("..%2f..%2fetc/passwd"))
assert.equal(lost.status, 404)
await lost.text()
await server.close()

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const receiving = (async () => {
  await using peer = await listener.accept()
  return await new Response(peer.readable).arrayBuffer()
})()
const socket = await connect({ hostname: "127.0.0.1", port: listener.addr.port })
const headers = new Headers({ range: "bytes=0-999999,-1000000" })
const response = await fileResponse(path, { method: "GET", headers })
assert.ok(response.body !== null)
await response.body.pipeTo(socket.writable)
const received = await receiving
await socket.close()
listener.close()
assert.equal(String(received.byteLength), response.headers.get("content-length"))
assert.equal(socket.stats().fileBytes, 2_000_000)
console.log(`Of ${received.byteLength} bytes, the kernel sent 2000000 from the file`)

/** Serves with whichever runtime this is. In a program of yours, this is one line. */
function serveHere(fetch: (request: Request) => Promise<Response>) {
  // deno-lint-ignore no-explicit-any
  const { Bun, Deno } = globalThis as any
  const where = { port: 0, hostname: "127.0.0.1" }
  if (Bun !== undefined) {
    const server = Bun.serve({ ...where, fetch })
    return { port: server.port, close: () => server.stop(true) }
  }
  const server = Deno.serve({ ...where, onListen() {} }, fetch)
  return { port: server.addr.port, close: () => server.shutdown() }
}
