import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileStream } from "zerowire"
import { type Completed, fileHandler, fileResponse } from "zerowire/http"
import { untilClosed } from "../descriptors.ts"
import { pattern, sha256 } from "../plain_peer.ts"
import { RawClient, serving, urlOf } from "./client.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-file-body-"))
after(() => rmSync(folder, { recursive: true }))

/** Below and above what is read with the head, and what a socket takes at once. */
const sizes = [1, 1024, 16_383, 16_384, 65_536, 1_000_000]
const contents = pattern(20_000_000)
const pathOf = (size: number) => join(folder, `${size}`)
for (const size of [...sizes, 7_000_000, 20_000_000]) {
  writeFileSync(pathOf(size), contents.subarray(0, size))
}

/** Other programs may take most of the machine. */
const patient = { timeout: 60_000 }

const wanted = (start: number, end: number) => sha256(contents.subarray(start, end))

test("a file of any size arrives whole, as a stream and as a response", patient, async () => {
  const handler = fileHandler(folder)
  await using server = await serving((request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (searchParams.has("handler")) return handler(request)
    const path = join(folder, pathname)
    return searchParams.has("response")
      ? fileResponse(path, request)
      : new Response(fileStream(path))
  })
  // More than a socket has room for, without a courier and with one.
  for (const size of [...sizes, 7_000_000, 20_000_000]) {
    for (const way of ["stream", "response", "handler"]) {
      const response = await fetch(urlOf(server, `/${size}?${way}`))
      assert.equal(response.headers.get("content-length"), `${size}`)
      assert.equal(sha256(await response.bytes()), wanted(0, size), `${size} as ${way}`)
    }
  }
  await untilClosed(folder)
})

test("files and other bodies leave in the order of their requests", patient, async () => {
  await using server = await serving(({ url }) => {
    const name = new URL(url).pathname.slice(1)
    return new Response(/\d/.test(name) ? fileStream(join(folder, name)) : name)
  })
  await using client = await RawClient.open(server)
  const names = ["1024", "a", "65536", "1", "b", "1000000", "16383", "1024", "c"]
  client.send(names.map((name) => `GET /${name} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
  client.send("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
  let rest = await client.rest()
  for (const name of [...names, "end"]) {
    const start = rest.indexOf("\r\n\r\n") + 4
    const length = Number(/content-length: (\d+)/.exec(rest)?.[1])
    const body = rest.slice(start, start + length)
    rest = rest.slice(start + length)
    if (/\d/.test(name)) {
      assert.equal(sha256(new Uint8Array(Buffer.from(body, "latin1"))), wanted(0, Number(name)))
    } else assert.equal(body, name)
  }
  assert.equal(rest, "")
  await untilClosed(folder)
})

test("what lies outside of a range of a file is not sent", patient, async () => {
  await using server = await serving(({ url }) => {
    const [start, end] = new URL(url).pathname.slice(1).split("-").map(Number)
    return new Response(fileStream(pathOf(1_000_000), { start, end }))
  })
  for (
    const [start, end] of [[0, 10], [4095, 4097], [100, 16_000], [100, 99_999], [999_999, 1e6]]
  ) {
    const bytes = await (await fetch(urlOf(server, `/${start}-${end}`))).bytes()
    assert.equal(sha256(bytes), wanted(start, end))
  }
})

for (const size of [1024, 65_536]) {
  test(
    `a file of ${size} bytes counts as read when it was sent, and is closed`,
    patient,
    async () => {
      let response: Response | undefined
      await using server = await serving(() => response = new Response(fileStream(pathOf(size))))
      await (await fetch(urlOf(server))).bytes()
      assert.equal(response?.bodyUsed, true)
      assert.equal(response?.body?.locked, false)
      await untilClosed(folder)
      await assert.rejects(async () => await response?.text(), TypeError)
    },
  )

  test(`a file of ${size} bytes with another Content-Length breaks off`, patient, async () => {
    for (const length of [size - 1, size + 1]) {
      const headers = { "content-length": `${length}` }
      await using server = await serving(() => new Response(fileStream(pathOf(size)), { headers }))
      await using client = await RawClient.open(server)
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      assert.equal(await client.ended, "reset")
    }
    await untilClosed(folder)
  })

  test(`a file of ${size} bytes that shrank since it was opened breaks off`, patient, async () => {
    for (const left of [0, size - 1]) {
      const path = join(folder, "shrinks")
      writeFileSync(path, contents.subarray(0, size))
      await using server = await serving(async (request) => {
        const response = await fileResponse(path, request)
        truncateSync(path, left)
        return response
      })
      await using client = await RawClient.open(server)
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      assert.equal(await client.ended, "reset", `${left}`)
    }
    await untilClosed(folder)
  })

  test(`a file of ${size} bytes that grew since sends what was announced`, patient, async () => {
    const path = join(folder, "grows")
    writeFileSync(path, contents.subarray(0, size))
    await using server = await serving(async (request) => {
      const response = await fileResponse(path, request)
      appendFileSync(path, contents.subarray(size, size + 100_000))
      return response
    })
    const response = await fetch(urlOf(server))
    assert.equal(response.headers.get("content-length"), `${size}`)
    assert.equal(sha256(await response.bytes()), wanted(0, size))
    await untilClosed(folder)
  })

  test(`HEAD of a file of ${size} bytes reads nothing of it`, patient, async () => {
    await using server = await serving((request) => fileResponse(pathOf(size), request))
    const response = await fetch(urlOf(server), { method: "HEAD" })
    assert.equal(response.headers.get("content-length"), `${size}`)
    assert.equal(await response.text(), "")
    await untilClosed(folder)
  })
}

test("a range that a file does not have is an error before the head", patient, async () => {
  await using server = await serving(
    () => new Response(fileStream(pathOf(1024), { start: 1000, end: 2000 })),
    { onError: (failure) => new Response(String(failure), { status: 500 }) },
  )
  const response = await fetch(urlOf(server))
  assert.equal(response.status, 500)
  assert.match(await response.text(), /PAST_END|does not have|past/i)
  await untilClosed(folder)
})

test("a client that leaves in the middle of a file leaves no file open", patient, async () => {
  const completed: Completed[] = []
  await using server = await serving(() => new Response(fileStream(pathOf(20_000_000))), {
    onComplete: (one) => completed.push(one),
  })
  for (let i = 0; i < 5; i++) {
    await using client = await RawClient.open(server)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await client.until(/\r\n\r\n/)
  }
  while (completed.length < 5) await setTimeout(5)
  assert.ok(completed.every(({ outcome }) => outcome === "lost"))
  await untilClosed(folder)
})
