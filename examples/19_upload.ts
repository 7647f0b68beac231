// deno-lint-ignore-file no-console
/**
 * Uploads that go to a file as they arrive: a client that is faster than the disk is held back, and no more of
 * a body is in memory than a few packets. It sends itself one upload, gets it back, and ends.
 *
 * With a port as its argument it stays up, until it gets SIGINT:
 *
 *     bun examples/19_upload.ts 8080
 *     curl --upload-file README.md http://127.0.0.1:8080/
 *     curl http://127.0.0.1:8080/README.md
 *
 * @module
 */
import assert from "node:assert/strict"
import { createWriteStream, mkdtempSync, rmSync } from "node:fs"
import { rename, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileHandler, serve } from "zerowire/http"

const folder = mkdtempSync(join(tmpdir(), "zerowire-uploads-"))
const files = fileHandler(folder)
let uploads = 0

const [port] = process.argv.slice(2)
const limits = { bodyBytes: 10 * 2 ** 30 }
const server = serve(
  { port: Number(port ?? 0), hostname: "127.0.0.1", limits },
  async (request) => {
    if (request.method !== "PUT") return await files(request)
    const name = new URL(request.url).pathname.slice(1)
    if (!/^\w[\w.-]*$/.test(name)) return new Response("Name the file\n", { status: 400 })
    return await store(name, request.body)
  },
)
await server.ready
process.once("SIGINT", () => server.shutdown({ deadline: 1000 }))
server.finished.finally(() => rmSync(folder, { recursive: true }))

/** The file has its name when all of it is there. */
async function store(name: string, body: Request["body"]): Promise<Response> {
  const part = join(folder, `.${uploads++}.part`)
  try {
    await pipeline(
      Readable.fromWeb((body ?? new Blob([]).stream()) as never),
      createWriteStream(part),
    )
    await rename(part, join(folder, name))
  } catch (error) {
    // The client has left, for example.
    await rm(part, { force: true })
    throw error
  }
  return new Response(`Stored ${name}\n`, { status: 201, headers: { location: `/${name}` } })
}

if (port === undefined) {
  const url = `http://127.0.0.1:${server.addr.port}/big.bin`
  const body = new Uint8Array(20_000_000).map((_, i) => i * 7)
  const stored = await fetch(url, { method: "PUT", body })
  assert.equal(stored.status, 201)
  assert.equal(await stored.text(), "Stored big.bin\n")
  assert.deepEqual(await (await fetch(url)).bytes(), body)
  const refused = await fetch(new URL("/.profile", url), { method: "PUT", body: "x" })
  assert.equal(refused.status, 400)
  await refused.text()
  await server.shutdown()
  console.log("The upload came back as it was sent")
}
