import assert from "node:assert/strict"
import { rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, test } from "node:test"
import type { Completed } from "zerowire/http"
import { descriptors } from "../descriptors.ts"
import { pattern, sha256 } from "../plain_peer.ts"
import { RawClient, serving, urlOf } from "./client.ts"

const contents = pattern(2_000_000)
const path = join(tmpdir(), `zerowire-runtime-file-${process.pid}.txt`)
writeFileSync(path, contents)
after(() => rmSync(path))

/** `Bun.file`. */
interface BunFile extends Blob {
  slice(start: number, end: number): BunFile
}
const { file: bunFile } = (globalThis as { Bun?: { file?: (path: string) => BunFile } }).Bun ?? {}
const { open: denoOpen } =
  (globalThis as { Deno?: { open?: (path: string) => Promise<{ readable: ReadableStream }> } })
    .Deno ?? {}

/** The answer to one request, and what became of it. */
async function answerTo(make: () => Response | Promise<Response>, method = "GET") {
  const { promise, resolve } = Promise.withResolvers<Completed>()
  await using server = await serving(make, {
    onComplete: resolve,
    onError: (error) => new Response(`${error}`, { status: 500 }),
  })
  const response = await fetch(urlOf(server), { method })
  const bytes = await response.bytes()
  return { response, bytes, completed: await promise }
}

test("a stream that has a type is left alone", async () => {
  const { bytes } = await answerTo(() =>
    new Response(new Blob(["hello"]).stream(), { headers: { "content-type": "text/plain" } })
  )
  assert.equal(new TextDecoder().decode(bytes), "hello")
})

if (bunFile !== undefined) {
  test("a Bun.file is sent by the kernel, with its length and type", async () => {
    for (const init of [{}, { headers: { "x-a": "b" }, status: 201 }]) {
      const { response, bytes, completed } = await answerTo(() => new Response(bunFile(path), init))
      assert.equal(response.status, init.status ?? 200)
      assert.equal(response.headers.get("content-length"), "2000000")
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain/)
      assert.equal(sha256(bytes), sha256(contents))
      assert.equal(completed.movedBytes, contents.byteLength)
    }
    const head = await answerTo(() => new Response(bunFile(path)), "HEAD")
    assert.equal(head.response.headers.get("content-length"), "2000000")
  })

  test("other bodies of Bun's files are read as streams", async () => {
    const slice = await answerTo(() => new Response(bunFile(path).slice(1000, 500_000)))
    assert.equal(sha256(slice.bytes), sha256(contents.subarray(1000, 500_000)))
    const stream = await answerTo(() => new Response(bunFile(path).stream()))
    assert.equal(sha256(stream.bytes), sha256(contents))
  })

  test("a Bun.file that is missing gets 500, also by HEAD and with a length of its own", async () => {
    for (const method of ["GET", "HEAD"]) {
      for (const init of [{}, { headers: { "content-length": "5" } }]) {
        const make = () => new Response(bunFile(`${path}.none`), init)
        assert.equal((await answerTo(make, method)).response.status, 500, method)
      }
    }
  })

  test("HEAD gets the length of a slice, and opens no file that it leaves open", async () => {
    const slice = await answerTo(() => new Response(bunFile(path).slice(1000, 500_000)), "HEAD")
    assert.equal(slice.response.headers.get("content-length"), "499000")
    await answerTo(() => new Response(bunFile(path)), "HEAD")
    while (descriptors().some(({ target }) => target === path)) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })

  test("a Bun.file that is lost on the way closes its descriptor", async () => {
    await using server = await serving(() => new Response(bunFile(path)))
    await using client = await RawClient.open(server)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await client.until(/HTTP/)
    client.peer.resetAndDestroy()
    while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    while (descriptors().some(({ target }) => target === path)) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })
}

if (denoOpen !== undefined) {
  test("the stream of a Deno.FsFile is read, and arrives whole", async () => {
    const { bytes } = await answerTo(async () => new Response((await denoOpen(path)).readable))
    assert.equal(sha256(bytes), sha256(contents))
  })
}
