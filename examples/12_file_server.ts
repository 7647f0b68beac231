// deno-lint-ignore-file no-console
/**
 * A small file server: an HTTP client requests a page, a part of a large file, and a missing file. The
 * server writes the headers, and the kernel sends the file from its page cache, without reading it into
 * this process.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, normalize } from "node:path"
import { listen, sendFile, type Socket, ZerowireError } from "zerowire"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
using cleanup = new DisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, "downloads"))
const page = "<h1>It works</h1>\n"
const large = randomBytes(24 * 1024 * 1024)
writeFileSync(join(folder, "index.html"), page)
writeFileSync(join(folder, "downloads", "large"), large)

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const served = { fileBytes: 0, copiedBytes: 0, answers: 0 }
const serving = (async () => {
  for await (const socket of listener) {
    answer(socket).catch((failure) => console.log("Given up:", failure.message))
  }
})()

const address = `http://127.0.0.1:${listener.addr.port}`
assert.equal(await (await fetch(`${address}/index.html`)).text(), page)
const whole = await fetch(`${address}/downloads/large`)
assert.equal(sha256(new Uint8Array(await whole.arrayBuffer())), sha256(large))
const part = await fetch(`${address}/downloads/large`, { headers: { range: "bytes=1000-70999" } })
assert.equal(part.status, 206)
assert.equal(part.headers.get("content-range"), `bytes 1000-70999/${large.byteLength}`)
const bytes = new Uint8Array(await part.arrayBuffer())
assert.equal(sha256(bytes), sha256(large.subarray(1000, 71_000)))
const missing = await fetch(`${address}/..%2f..%2fetc/hostname`)
assert.equal(missing.status, 404)
await missing.text()

listener.close()
await serving
while (served.answers < 4) await new Promise((resolve) => setTimeout(resolve, 1))
assert.equal(served.fileBytes, page.length + large.byteLength + 70_000)
assert.ok(served.copiedBytes < 2000, "nothing but headers was copied")
console.log(`Sent ${served.fileBytes} bytes of files, and copied ${served.copiedBytes} of headers`)

/** Answers one request, and closes. */
async function answer(socket: Socket): Promise<void> {
  const { path, range } = await requestOf(socket)
  const size = sizeOf(path)
  const [start, end] = range ?? [0, size]
  const head = size < 0
    ? ["HTTP/1.1 404 Not Found", "content-length: 0"]
    : range === undefined
    ? ["HTTP/1.1 200 OK", `content-length: ${size}`]
    : [
      "HTTP/1.1 206 Partial Content",
      `content-length: ${end - start}`,
      `content-range: bytes ${start}-${end - 1}/${size}`,
    ]
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode([...head, "connection: close", "", ""].join("\r\n")))
  try {
    if (size >= 0) await sendFile(socket, path, { start, end })
    await socket.close()
  } catch (failure) {
    // A client that was promised more bytes must not believe that it has everything.
    await socket.abort()
    if (!(failure instanceof ZerowireError)) throw failure
    console.log(failure.message)
  }
  const { fileBytes, copiedBytes } = socket.stats()
  served.fileBytes += fileBytes
  served.copiedBytes += copiedBytes
  served.answers++
}

/** The path and the range of a request. A real server would use a parser. */
async function requestOf(
  socket: Socket,
): Promise<{ readonly path: string; readonly range: readonly [number, number] | undefined }> {
  let text = ""
  for await (const bytes of socket.readable.values({ preventCancel: true })) {
    text += new TextDecoder().decode(bytes)
    if (text.includes("\r\n\r\n") || text.length > 10_000) break
  }
  const [, target = "/"] = text.match(/^GET (\S+) HTTP\/1\.1\r\n/) ?? []
  const [, from, to] = text.match(/^range: bytes=(\d+)-(\d+)\r$/im) ?? []
  return {
    // A path that begins with "/" cannot be normalized to a path above the root.
    path: join(folder, normalize(decodeURIComponent(target))),
    range: from === undefined ? undefined : [Number(from), Number(to) + 1],
  }
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true ? found.size : -1
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
