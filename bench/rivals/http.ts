/**
 * One HTTP server, for `wrk`: `http.ts zerowire|own memory|file BYTES`. It prints its port, and ends by
 * SIGTERM.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileStream } from "zerowire"
import { cachedBody, serve } from "zerowire/http"

const [rival, source, size] = process.argv.slice(2)
const bytes = new Uint8Array(Number(size)).fill(65)
const folder = mkdtempSync(join(tmpdir(), "zerowire-http-"))
const path = join(folder, "body")
writeFileSync(path, bytes)
const { Bun: bun, Deno: deno } = globalThis as unknown as {
  readonly Bun?: {
    serve(options: object): { readonly port?: number }
    file(path: string): Blob
  }
  readonly Deno?: {
    serve(options: object, handler: () => Promise<Response> | Response): { addr: { port: number } }
    open(path: string): Promise<{ readable: ReadableStream<Uint8Array> }>
  }
}
const options = { port: 0, hostname: "127.0.0.1", onListen() {} }
process.stdout.write(`${await start()}\n`)
process.once("SIGTERM", () => {
  rmSync(folder, { recursive: true })
  process.exit(0)
})

async function start(): Promise<number> {
  if (rival === "zerowire") {
    const cached = cachedBody(bytes)
    const inMemory = bytes.byteLength < 16 * 1024
      ? () => new Response(bytes)
      : () => cached.response()
    const server = serve(
      options,
      source === "file" ? () => new Response(fileStream(path)) : inMemory,
    )
    await server.ready
    return server.addr.port
  }
  if (bun !== undefined) {
    const fetch = source === "file" ? () => new Response(bun.file(path)) : () => new Response(bytes)
    return bun.serve({ port: 0, hostname: "127.0.0.1", fetch }).port ?? 0
  }
  if (deno === undefined) throw new Error("This runtime has no server")
  const fromFile = async () => new Response((await deno.open(path)).readable)
  return deno.serve(options, source === "file" ? fromFile : () => new Response(bytes)).addr.port
}
