// deno-lint-ignore-file no-console -- the server reports there what no response can tell
import assert from "node:assert/strict"
import { rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { fileStream } from "zerowire"
import { cachedBody, type Completed, fileHandler } from "zerowire/http"
import { pattern, sha256 } from "../plain_peer.ts"
import { RawClient, serving, urlOf } from "./client.ts"
import { libcIsMissing } from "../libc.ts"

const get = (path = "/", version = "1.1") =>
  `GET ${path} HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`

/** The answer to one request, as it arrives. */
async function answerTo(
  response: () => Response | Promise<Response>,
  request = get(),
): Promise<string> {
  await using server = await serving(response, {
    onError: () => new Response("failed", { status: 500 }),
  })
  await using client = await RawClient.open(server)
  client.send(request)
  return await client.rest()
}

test("strings and bytes go with their length and type", async () => {
  const text = await answerTo(() => new Response("Grüße"))
  assert.match(text, /\r\ncontent-type: text\/plain;charset=utf-8\r\n/i)
  assert.match(text, /\r\ncontent-length: 7\r\n/)
  assert.ok(text.endsWith("\r\n\r\nGr\xc3\xbc\xc3\x9fe"))
  assert.ok(
    (await answerTo(() => new Response(new Uint8Array([0, 255])))).endsWith("\r\n\r\n\0\xff"),
  )
  const json = await answerTo(() => Response.json({ a: 1 }))
  assert.match(json, /\r\ncontent-type: application\/json/)
  assert.match(json, /\r\n\r\n\{"a":1\}$/)
  const typed = await answerTo(() => new Response("x", { headers: { "content-type": "a/b" } }))
  assert.equal(typed.match(/content-type/g)?.length, 1)
})

test("a body of any size arrives whole", async () => {
  const bytes = pattern(3_000_000)
  await using server = await serving(({ url }) => {
    const size = Number(new URL(url).searchParams.get("size"))
    return new Response(bytes.subarray(0, size))
  })
  for (const size of [0, 1, 16_000, 16_384, 65_536, 1_000_000, 3_000_000]) {
    const got = await (await fetch(urlOf(server, `/?size=${size}`))).bytes()
    assert.equal(sha256(got), sha256(bytes.subarray(0, size)), `${size} bytes`)
  }
})

test("HEAD, 204 and 304 have no body", async () => {
  const head = await answerTo(() => new Response("hello"), get().replace("GET", "HEAD"))
  assert.match(head, /\r\ncontent-length: 5\r\n\r\n$/)
  const none = await answerTo(() => new Response(null, { status: 204 }))
  assert.doesNotMatch(none, /content-length|transfer-encoding/)
  const fresh = await answerTo(() => new Response(null, { status: 304, headers: { etag: '"x"' } }))
  assert.doesNotMatch(fresh, /content-length|transfer-encoding/)
  assert.match(await answerTo(() => new Response(null)), /\r\ncontent-length: 0\r\n/)
})

test("several cookies are several headers", async () => {
  const headers = new Headers([["set-cookie", "a=b"], ["set-cookie", "c=d"]])
  const answer = await answerTo(() => new Response("", { headers }))
  assert.match(answer, /set-cookie: a=b\r\nset-cookie: c=d\r\n/)
})

const text = (...parts: string[]) => {
  const left = [...parts]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = left.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(part))
    },
  }, { highWaterMark: 0 })
}

test("a stream is chunked, or has the length that its headers give", async () => {
  const chunked = await answerTo(() => new Response(text("hello", " ", "world")))
  assert.match(chunked, /\r\ntransfer-encoding: chunked\r\n/)
  assert.ok(chunked.endsWith("5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n"))
  const headers = { "content-length": "5" }
  const sized = await answerTo(() => new Response(text("he", "llo"), { headers }))
  assert.ok(sized.endsWith("\r\ncontent-length: 5\r\n\r\nhello"))
  const old = await answerTo(() => new Response(text("he", "llo")), get("/", "1.0"))
  assert.ok(old.endsWith("\r\n\r\nhello"))
  assert.doesNotMatch(old, /transfer-encoding/)
})

test("a stream that fails, or has another length than it says, resets the connection", async () => {
  const failing = () => {
    let calls = 0
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (calls++ > 0) throw new Error("the source has failed")
        controller.enqueue(new TextEncoder().encode("hello"))
      },
    }, { highWaterMark: 0 })
  }
  const bodies = [
    () => new Response(failing()),
    () => new Response(failing(), { headers: { "content-length": "10" } }),
    () => new Response(text("hello"), { headers: { "content-length": "10" } }),
    () => new Response(text("hello", "hello"), { headers: { "content-length": "7" } }),
  ]
  for (const body of bodies) {
    const errors: unknown[] = []
    const { error } = console
    console.error = (failure: unknown) => errors.push(failure)
    try {
      await using server = await serving(body)
      await using client = await RawClient.open(server)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      assert.equal(await client.ended, "reset")
      assert.doesNotMatch(client.received, /0\r\n\r\n$/)
      assert.equal(errors.length, 1)
    } finally {
      console.error = error
    }
  }
})

test("a stream is cancelled when its client is lost", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<unknown>()
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
    cancel: resolve,
  })
  await using server = await serving(() => new Response(body))
  await using client = await RawClient.open(server)
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  await client.until(/HTTP/)
  client.peer.resetAndDestroy()
  await cancelled
})

test("a response that cannot be sent is let go of: its stream is cancelled", async () => {
  for (const method of ["GET", "HEAD"]) {
    const { promise: cancelled, resolve } = Promise.withResolvers<unknown>()
    const body = new ReadableStream<Uint8Array>({ cancel: resolve }, { highWaterMark: 0 })
    const headers = new Headers({ "x-a": "\x7f" })
    const answer = await answerTo(
      () => new Response(body, { headers }),
      get().replace("GET", method),
    )
    assert.match(answer, /^HTTP\/1\.1 500 /)
    await cancelled
  }
})

test("a stream is not read faster than its client takes it", async () => {
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 100_000
      controller.enqueue(new Uint8Array(100_000))
    },
  })
  await using server = await serving(() => new Response(body))
  await using client = await RawClient.open(server)
  client.peer.pause()
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  for (let before = -1; before !== pulled || pulled === 0;) {
    before = pulled
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.ok(pulled < 100_000_000, `${pulled} bytes`)
  client.peer.resetAndDestroy()
})

test("a file and a range of it are sent with their length", async () => {
  const path = join(tmpdir(), `zerowire-http-${process.pid}.bin`)
  const bytes = pattern(2_000_000)
  writeFileSync(path, bytes)
  try {
    await using server = await serving(({ url }) =>
      new Response(
        url.endsWith("/part") ? fileStream(path, { start: 5, end: 105 }) : fileStream(path),
      )
    )
    for (let i = 0; i < 3; i++) {
      const whole = await fetch(urlOf(server))
      assert.equal(whole.headers.get("content-length"), "2000000")
      assert.equal(sha256(await whole.bytes()), sha256(bytes))
    }
    const part = await fetch(urlOf(server, "/part"))
    assert.equal(part.headers.get("content-length"), "100")
    assert.deepEqual(await part.bytes(), bytes.subarray(5, 105))
  } finally {
    rmSync(path)
  }
})

test("a file that cannot be opened goes to onError", async () => {
  const answer = await answerTo(() => new Response(fileStream("/nonexistent")))
  assert.match(answer, /^HTTP\/1\.1 500 [^]*failed$/)
})

test("a cached body goes to many clients, and anybody can read its stream", async () => {
  const bytes = pattern(1_000_000)
  const body = cachedBody(bytes)
  const sum = sha256(bytes)
  assert.equal(body.byteLength, 1_000_000)
  assert.equal(sha256(await body.response().bytes()), sum)
  await using server = await serving(() => body.response({ headers: { "x-a": "b" } }))
  await Promise.all(Array.from({ length: 20 }, async () => {
    const response = await fetch(urlOf(server))
    assert.equal(response.headers.get("x-a"), "b")
    assert.equal(response.headers.get("content-length"), "1000000")
    assert.equal(sha256(await response.bytes()), sum)
  }))
  bytes.fill(0)
  assert.equal(sha256(await (await fetch(urlOf(server))).bytes()), sum)
})

test("a status or a body that cannot be sent goes to onError", async () => {
  const used = async () => {
    const response = new Response("x")
    await response.text()
    return response
  }
  const locked = () => {
    const response = new Response(text("x"))
    response.body?.getReader()
    return response
  }
  for (const bad of [() => Response.error(), used, locked, () => 5 as unknown as Response]) {
    assert.match(await answerTo(bad), /^HTTP\/1\.1 500 [^]*failed$/)
  }
})

test("a header that would end its line is never sent", async () => {
  for (const value of ["a\r\nx: y", "a\nb", "\u010d\u010ax: y"]) {
    const answer = await answerTo(() => new Response("hello", { headers: { "x-a": value } }))
    assert.match(answer, /^HTTP\/1\.1 500 [^]*failed$/, JSON.stringify(value))
    const phrase = await answerTo(() => new Response("hello", { statusText: value }))
    assert.doesNotMatch(phrase, /^x: y/m, JSON.stringify(value))
  }
})

test("headers that frame the message are the server's", async () => {
  const headers = { "content-length": "1", "transfer-encoding": "gzip", "connection": "upgrade" }
  const answer = await answerTo(() => new Response("hello", { headers }))
  assert.match(answer, /\r\ncontent-length: 5\r\n/)
  assert.doesNotMatch(answer, /gzip|upgrade/)
})

test("answers come in the order of their requests", async () => {
  await using server = await serving(async ({ url }) => {
    const { pathname } = new URL(url)
    if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 50))
    return pathname === "/stream" ? new Response(text("/stream")) : new Response(pathname)
  })
  await using client = await RawClient.open(server)
  const paths = ["/slow", "/fast", "/stream", "/slow", "/fast"]
  client.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
  client.peer.end()
  const answer = await client.rest()
  assert.deepEqual(answer.match(/\/(slow|fast|stream)/g), paths)
})

test("files go with one range, with several, and by HEAD alone", async () => {
  const name = `zerowire-http-${process.pid}.txt`
  const bytes = "0123456789".repeat(50_000)
  writeFileSync(join(tmpdir(), name), bytes)
  try {
    // Without libc nobody can tell where an opened file is.
    const files = fileHandler(tmpdir(), libcIsMissing ? { symlinks: "follow" } : {})
    await using server = await serving(files)
    const ask = (range: string) => fetch(urlOf(server, `/${name}`), { headers: { range } })
    assert.equal(await (await fetch(urlOf(server, `/${name}`))).text(), bytes)
    const one = await ask("bytes=5-400004")
    assert.equal(one.status, 206)
    assert.equal(await one.text(), bytes.slice(5, 400_005))
    const several = await ask("bytes=0-9,100-300099,-5")
    assert.match(several.headers.get("content-type") ?? "", /^multipart\/byteranges/)
    const parts = await several.text()
    assert.equal(parts.length, Number(several.headers.get("content-length")))
    assert.ok(parts.includes(bytes.slice(100, 300_100)))
    const head = await fetch(urlOf(server, `/${name}`), { method: "HEAD" })
    assert.equal(head.headers.get("content-length"), "500000")
    assert.equal(await head.text(), "")
    // Their connections serve on.
    const none = await ask("bytes=9999999-")
    assert.equal(none.status, 416)
    await none.text()
  } finally {
    rmSync(join(tmpdir(), name))
  }
})

test("a chunk that cannot be sent resets, and says what to do", async () => {
  const block = new Uint8Array(100_000)
  const bodies: readonly (readonly [RegExp, readonly unknown[]])[] = [
    // What was written is the server's; the second time there is nothing left of it.
    [/detached/, [block, block]],
    [/TextEncoder/, ["text"]],
  ]
  for (const [error, chunks] of bodies) {
    const { promise: failed, resolve } = Promise.withResolvers<Completed>()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk as Uint8Array)
        controller.close()
      },
    })
    const { error: log } = console
    console.error = () => {}
    try {
      await using server = await serving(() => new Response(body), { onComplete: resolve })
      await using client = await RawClient.open(server)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      assert.equal(await client.ended, "reset")
      assert.doesNotMatch(client.received, /0\r\n\r\n$/)
      const { outcome, error: cause } = await failed
      assert.equal(outcome, "failed")
      assert.match(String(cause), error)
    } finally {
      console.error = log
    }
  }
})

test("a stream with a status text, and the body of a fetch that goes on, are streams", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const parts = () => {
    let sent = 0
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent++ === 0) return controller.enqueue(new TextEncoder().encode("first"))
        await begun
        controller.enqueue(new TextEncoder().encode("second"))
        controller.close()
      },
    })
  }
  await using upstream = await serving(() => new Response(parts()))
  await using server = await serving(({ url }) =>
    url.endsWith("/fetch")
      ? fetch(urlOf(upstream))
      : new Response(url.endsWith("/stream") ? parts() : "text", { statusText: "Fine" })
  )
  const answers = await Promise.all(
    ["/fetch", "/stream", "/text"].map((path) => fetch(urlOf(server, path))),
  )
  begin()
  const found = answers.map(async (answer) => {
    const { status, headers } = answer
    return [status, headers.get("content-type")?.toLowerCase(), await answer.text()]
  })
  assert.deepEqual(await Promise.all(found), [
    [200, undefined, "firstsecond"],
    [200, undefined, "firstsecond"],
    [200, "text/plain;charset=utf-8", "text"],
  ])
})
