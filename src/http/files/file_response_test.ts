import assert from "node:assert/strict"
import { mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { descriptors } from "../../../test/descriptors.ts"
import { pattern } from "../../../test/plain_peer.ts"
import { ZerowireError } from "../../mod.ts"
import { fileResponse } from "./mod.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-response-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(1_000_000)
const path = written("film.mp4", contents)

test("without a request, the whole file", async () => {
  for (const file of [path, pathToFileURL(path), String(pathToFileURL(path))]) {
    const response = await fileResponse(file)
    assert.equal(response.status, 200)
    assert.deepEqual(Object.fromEntries(response.headers), {
      "accept-ranges": "bytes",
      "content-length": "1000000",
      "content-type": "video/mp4",
      etag: '"e8d4a51000-f4240"',
      "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT",
    })
    assert.deepEqual(await bytesOf(response), contents)
  }
})

test("a request for more ranges than are allowed gets the whole file", async () => {
  const ask = async (ranges: number, range: string) => {
    const response = await fileResponse(path, get({ range }), { ranges })
    return [response.status, response.headers.get("accept-ranges")].join()
  }
  assert.equal(await ask(1, "bytes=0-1"), "206,")
  assert.equal(await ask(1, "bytes=0-1,5-6"), "200,bytes")
  assert.equal(await ask(0, "bytes=0-1"), "200,none")
  await assert.rejects(fileResponse(path, get({}), { ranges: -1 }), TypeError)
})

test("a file that is open already is found", async () => {
  const handle = await open(path)
  const response = await fileResponse(handle, get({ range: "bytes=-2" }))
  await handle.close()
  assert.deepEqual(await bytesOf(response), contents.slice(-2))
})

test("several ranges are read by a default reader and by a BYOB reader alike", async () => {
  const ask = () => fileResponse(path, get({ range: "bytes=5-9,300000-699999,-1" }))
  const whole = await bytesOf(await ask())
  const response = await ask()
  const reader = response.body?.getReader({ mode: "byob" }) ?? assert.fail()
  const parts: Uint8Array[] = []
  for (let size = 1;; size = size * 3 % 100_001) {
    const { value, done } = await reader.read(new Uint8Array(size + 1))
    if (done) break
    parts.push(value)
  }
  assert.equal(whole.byteLength, Number(response.headers.get("content-length")))
  const joined = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
  const cut = (bytes: Uint8Array) =>
    Buffer.from(bytes).toString("latin1").replace(/[0-9a-f]{20}/g, "")
  assert.equal(cut(joined), cut(whole))
  const text = Buffer.from(whole).toString("latin1")
  for (const [start, end] of [[5, 10], [300_000, 700_000], [999_999, 1_000_000]]) {
    assert.ok(text.includes(Buffer.from(contents.subarray(start, end)).toString("latin1")))
  }
})

test("with a status of its own it is sent whole, whatever was asked for", async () => {
  const page = written("404.html", "not here")
  const asked = get({ range: "bytes=0-1", "if-none-match": "*" })
  const response = await fileResponse(page, asked, { status: 404, statusText: "Gone away" })
  assert.deepEqual([response.status, response.statusText], [404, "Gone away"])
  assert.equal(await response.text(), "not here")
})

test("a method other than GET and HEAD asks for no part of it", async () => {
  const headers = new Headers({ range: "bytes=0-1", "if-none-match": "*" })
  const response = await fileResponse(path, { method: "POST", headers })
  assert.equal(response.status, 200)
  assert.equal((await bytesOf(response)).byteLength, contents.byteLength)
})

test("headers that are given take the place of the file's, in conditions too", async () => {
  const given = {
    "content-type": "video/x-own",
    etag: '"v1"',
    "last-modified": "Mon, 10 Sep 2001 00:00:00 GMT",
    "x-more": "yes",
  }
  const plain = await fileResponse(path, get({}), { headers: given })
  for (const [name, value] of Object.entries(given)) assert.equal(plain.headers.get(name), value)
  await plain.body?.cancel()
  const status = async (asked: Record<string, string>) => {
    const response = await fileResponse(path, get(asked), { headers: given })
    await response.body?.cancel()
    assert.equal(response.headers.get("x-more"), "yes")
    return response.status
  }
  assert.equal(await status({ "if-none-match": '"v1"' }), 304)
  assert.equal(await status({ "if-modified-since": "Sun, 09 Sep 2001 01:46:40 GMT" }), 200)
  assert.equal(await status({ "if-match": '"v2"' }), 412)
  assert.equal(await status({ range: "bytes=0-1", "if-range": '"v1"' }), 206)
})

test("an ETag is weak or left out if asked, and weak just after a change", async () => {
  const etagOf = async (path: string, etag?: "weak" | "none") => {
    const response = await fileResponse(path, get({}), etag === undefined ? {} : { etag })
    await response.body?.cancel()
    return response.headers.get("etag")
  }
  assert.match(await etagOf(path) ?? "", /^"/)
  assert.match(await etagOf(path, "weak") ?? "", /^W\/"/)
  assert.equal(await etagOf(path, "none"), null)
  const fresh = join(folder, "fresh")
  writeFileSync(fresh, "fresh")
  // In the future it is as fresh however busy this host is.
  utimesSync(fresh, 4e9, 4e9)
  assert.match(await etagOf(fresh) ?? "", /^W\/"/)
})

test("a file that was just changed has no ranges by If-Range, and no date after the answer's", async () => {
  const fresh = join(folder, "future")
  writeFileSync(fresh, "0123456789")
  utimesSync(fresh, 4e9, 4e9)
  const plain = await fileResponse(fresh)
  await plain.body?.cancel()
  const { etag, "last-modified": date } = Object.fromEntries(plain.headers)
  assert.ok(Date.parse(date) <= Date.now())
  for (const ifRange of [etag, new Date(4e12).toUTCString()]) {
    const response = await fileResponse(fresh, get({ range: "bytes=0-1", "if-range": ifRange }))
    assert.equal(response.status, 200)
    await response.body?.cancel()
  }
  const response = await fileResponse(fresh, get({ "if-none-match": etag }))
  assert.equal(response.status, 304)
})

test("a file that is made up while it is read has no validators and no ranges", async () => {
  const response = await fileResponse("/proc/version", get({ range: "bytes=0-1" }))
  assert.equal(response.status, 200)
  for (const name of ["etag", "last-modified", "accept-ranges"]) {
    assert.equal(response.headers.get(name), null)
  }
  assert.match(await response.text(), /^Linux version/)
})

test("the answer is about the file that was opened, and not about the next of its name", async () => {
  const name = written("replaced.txt", "the first")
  const response = await fileResponse(name, get({}))
  renameSync(written("next.txt", "the second one"), name)
  assert.equal(response.headers.get("content-length"), "9")
  assert.equal(await response.text(), "the first")
})

test("a file that shrinks fails its body, also between two ranges", async () => {
  for (const range of ["bytes=100000-", "bytes=0-1,900000-900001"]) {
    const name = written("shrinks", contents)
    const response = await fileResponse(name, get({ range }))
    truncateSync(name, 100_000)
    const failure = await response.arrayBuffer().catch((failure: unknown) => failure)
    assert.ok(failure instanceof ZerowireError && failure.reason._tag === "FileFailed")
    assert.equal(failure.reason.code, "SHRUNK")
  }
})

test("the file is closed with the answer, whatever that is", async () => {
  const request = (headers: Record<string, string>, method = "GET") => ({
    method,
    headers: new Headers(headers),
  })
  const asked = [
    request({}, "HEAD"),
    request({ "if-none-match": "*" }),
    request({ "if-match": '"a"' }),
    request({ range: "bytes=1000000-" }),
  ]
  for (const one of asked) assert.equal((await fileResponse(path, one)).body, null)
  await (await fileResponse(path, get({}))).body?.cancel()
  await (await fileResponse(path, get({ range: "bytes=0-1,4-5" }))).body?.cancel()
  await bytesOf(await fileResponse(path, get({ range: "bytes=0-1,4-5" })))
  await assert.rejects(fileResponse(path, get({}), { status: 204 }), TypeError)
  await assert.rejects(fileResponse(path, get({}), { status: 99 }), RangeError)
  while (isOpen(path)) await setTimeout(1)
})

test("what is no file is refused, and so are options that there are not", async () => {
  const none = fileResponse(join(folder, "none"))
  await assert.rejects(none, (failure: ZerowireError) => failure.reason._tag === "FileFailed")
  await assert.rejects(fileResponse(folder), /EISDIR/)
  await assert.rejects(fileResponse("" as string), /a path must not be empty/)
  await assert.rejects(
    fileResponse(path, get({}), { etags: "weak" } as unknown as object),
    /Did you mean "etag"\?/,
  )
  await assert.rejects(fileResponse(path, get({}), { etag: "soft" as "weak" }), /"weak"/)
})

function get(headers: Record<string, string>): Request {
  return new Request("http://localhost/film.mp4", { headers })
}

/** Writes a file that was last changed on 9 September 2001. */
function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  utimesSync(path, 1e9, 1e9)
  return path
}

const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer())

const isOpen = (path: string): boolean => descriptors().some(({ target }) => target === path)
