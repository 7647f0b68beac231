import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:https"
import { serve, type ServeOptions } from "zerowire/http"
import { fileStream } from "zerowire"
import type { Server } from "zerowire/http"
import { pattern } from "../plain_peer.ts"
import type { RecipeFolder } from "./recipe.ts"

const bytes = pattern(8 * 1024 * 1024)
const hash = hashOf(bytes)

/** A server that says who has asked what, sends a file, and hashes what it gets. */
export async function serving(folder: RecipeFolder, options: ServeOptions): Promise<Server> {
  const file = folder.file("file.bin")
  writeFileSync(file, bytes)
  const server = serve({ onListen() {}, ...options }, async (request, info) => {
    const { pathname } = new URL(request.url)
    if (pathname === "/file") return new Response(fileStream(file))
    if (pathname === "/memory") return new Response(bytes)
    if (pathname === "/hash") return new Response(hashOf(await request.bytes()))
    return Response.json([request.url, info.remoteAddr.hostname, info.remoteAddr.port])
  })
  await server.ready
  return server
}

/** The same, at a Unix domain socket, for the proxies of this host. */
export const servingAt = (path: string, folder: RecipeFolder): Promise<Server> =>
  serving(folder, { path, mode: 0o660, trust: { proxies: ["unix"], headers: "x-forwarded" } })

/**
 * Checks a proxy on this port whose TLS ends there: that the client is known, whatever it says of itself, and
 * that bytes come whole both ways.
 */
export async function checkProxy(folder: RecipeFolder, port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(folder.certificate) })
  const ask = (path: string, body?: Uint8Array) => answerTo(agent, port, path, body)
  const [url, address] = JSON.parse((await ask("/who")).toString())
  assert.deepEqual([url, address], ["https://example.com/who", "127.0.0.1"])
  for (const path of ["/file", "/memory", "/file"]) {
    assert.equal(hashOf(await ask(path)), hash, path)
  }
  assert.equal((await ask("/hash", bytes)).toString(), hash)
  agent.destroy()
}

function answerTo(
  agent: Agent,
  port: number,
  path: string,
  body: Uint8Array | undefined,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const lies = {
    "forwarded": "for=203.0.113.9;proto=http;host=evil.example",
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "evil.example",
  }
  const asked = request({
    agent,
    port,
    path,
    host: "127.0.0.1",
    servername: "example.com",
    method: body === undefined ? "GET" : "POST",
    headers: { host: "example.com", ...lies },
  }, (response) => {
    const chunks: Uint8Array[] = []
    response.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    response.on("end", () => resolve(Buffer.concat(chunks)))
    response.on("error", reject)
  })
  asked.on("error", reject)
  asked.end(body)
  return promise
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
