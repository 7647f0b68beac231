// deno-lint-ignore-file no-console
/**
 * The weights of a model for many machines at once: they are in memory once, however many machines download
 * them, and one that lost its connection goes on where it was. The example downloads with sixteen clients, and
 * ends.
 *
 * With a port and a file as its arguments it stays up, until it gets SIGINT:
 *
 *     bun examples/23_model_weights.ts 8080 model.safetensors
 *     curl --continue-at - --output model.safetensors http://127.0.0.1:8080/
 *
 * To serve them from a file, `fileHandler` is enough: the kernel keeps the file in its page cache. Weights in
 * memory need no file, so they may be something that the program has computed.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import process from "node:process"
import { cachedBody, serve } from "zerowire/http"

const [port, path] = process.argv.slice(2)
const weights = path === undefined
  ? new Uint8Array(48 * 1024 * 1024).map((_, i) => i * 31 >> 3)
  : new Uint8Array(readFileSync(path))
const body = cachedBody(weights)
const etag = `"${createHash("sha256").update(weights).digest("hex").slice(0, 32)}"`
const headers = { "content-type": "application/octet-stream", "accept-ranges": "bytes", etag }

let copied = 0
let bytes = 0
const server = serve({
  port: Number(port ?? 0),
  hostname: "127.0.0.1",
  onComplete(completed) {
    bytes += completed.bytes
    copied += completed.copiedBytes
  },
}, (request) => {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "") ?? []
  const sameAsBefore = [null, etag].includes(request.headers.get("if-range"))
  if (from === undefined || !sameAsBefore) return body.response({ headers })
  const start = Number(from)
  if (start >= weights.byteLength) {
    const range = { "content-range": `bytes */${weights.byteLength}` }
    return new Response(null, { status: 416, headers: range })
  }
  const range = `bytes ${start}-${weights.byteLength - 1}/${weights.byteLength}`
  // What is left is copied once for this client: losses are rare.
  const rest = weights.subarray(start)
  return new Response(rest, { status: 206, headers: { ...headers, "content-range": range } })
})
await server.ready
process.once("SIGINT", () => server.shutdown({ deadline: 1000 }))

if (port === undefined) {
  const url = `http://127.0.0.1:${server.addr.port}/`
  const sums = await Promise.all(Array.from({ length: 16 }, () => download(url)))
  assert.deepEqual(new Set(sums), new Set([etag]))
  const rest = await fetch(url, { headers: { range: "bytes=48000000-", "if-range": etag } })
  assert.equal(rest.status, 206)
  assert.deepEqual(await rest.bytes(), weights.subarray(48_000_000))
  await server.shutdown()
  console.log(`16 clients have the same ${weights.byteLength} bytes`)
  console.log(`Of ${bytes} bytes, ${copied} were copied: over loopback the kernel always copies`)
}

async function download(url: string): Promise<string> {
  const hash = createHash("sha256")
  for await (const part of (await fetch(url)).body ?? []) hash.update(part)
  return `"${hash.digest("hex").slice(0, 32)}"`
}
