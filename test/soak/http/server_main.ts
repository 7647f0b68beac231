/**
 * The server of an HTTP soak: files, bodies that stay, streams and uploads.
 *
 * Arguments: the folder with the file of `writeContents`, and our address.
 *
 * @module
 */
import { createHash } from "node:crypto"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { cachedBody, fileHandler, serve } from "../../../src/http.ts"
import { fileAt, fill } from "../content.ts"
import { gauge } from "../gauges.ts"
import { memoryInUse, Peak } from "../memory.ts"
import { hear, say } from "../messages.ts"

const [folder, hostname] = process.argv.slice(2)
const files = fileHandler(folder, { prefix: "/files" })
const cached = new Map([1000, 100_000, 2_000_000].map((bytes) => [
  bytes,
  cachedBody(partOf(0, bytes)),
]))
const peak = new Peak()
const started = performance.now()
let answers = 0
let acceptedBytes = 0

const server = serve({
  ...{ hostname, port: 0, onListen() {} },
  onComplete({ bytes }) {
    answers++
    acceptedBytes += bytes
  },
  // Those who leave in the middle of an upload. Others complain of what they get instead.
  onError: () => new Response("", { status: 500 }),
}, async (request) => {
  const { pathname, searchParams } = new URL(request.url)
  const [, kind, ...numbers] = pathname.split("/")
  const [from, length] = numbers.map(Number)
  switch (kind) {
    case "cached":
      return cached.get(from)?.response() ?? new Response("", { status: 404 })
    case "bytes":
      return new Response(partOf(from, length))
    case "stream": {
      const headers = searchParams.has("length") ? { "content-length": `${length}` } : undefined
      return new Response(streamOf(from, length), { ...headers && { headers } })
    }
    case "upload":
      return new Response(await hashOf(request.body))
  }
  return await files(request)
})
await server.ready
hear(({ type }) => {
  if (type === "begin") run()
  if (type === "asked") end()
})
say({ type: "listening", port: server.addr.port })

let looking: ReturnType<typeof setInterval>
let sampling: ReturnType<typeof setInterval>

async function run(): Promise<void> {
  await sample()
  looking = setInterval(() => peak.look(), peakMillis)
  sampling = setInterval(sample, sampleMillis)
}

async function end(): Promise<void> {
  await server.shutdown({ deadline: deadlineMillis })
  clearInterval(sampling)
  clearInterval(looking)
  for (let i = 0; i < 100 && gauge().registered > 0; i++) await sleep(100)
  await sample()
  say({ type: "finished" })
}

/** A part of the file, in memory. */
function partOf(from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  fill(0, fileAt + from, bytes)
  return bytes
}

/** The same, as a stream whose chunks are of all sizes. */
function streamOf(from: number, length: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const chunk = partOf(from + at, Math.min(length - at, 1 + (at * 7 + from) % chunkBytes))
      at += chunk.byteLength
      if (chunk.byteLength > 0) controller.enqueue(chunk)
      if (at === length) controller.close()
    },
  })
}

async function hashOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of body ?? []) hash.update(chunk)
  return hash.digest("hex")
}

async function sample(): Promise<void> {
  const { heap: peakHeap, rss: peakRss } = peak.take()
  const { heap, rss } = await memoryInUse()
  const gauges = gauge()
  say({
    ...{ type: "sample", seconds: (performance.now() - started) / 1000 },
    ...{ heap: heap - gauges.mappedBytes, rss, peakHeap: peakHeap - gauges.mappedBytes, peakRss },
    ...gauges,
    ...{ streams: server.connections, ended: answers, acceptedBytes },
  })
}

const sampleMillis = 5000
const peakMillis = 250
const chunkBytes = 100_000
/** All have been answered by then. */
const deadlineMillis = 30_000
