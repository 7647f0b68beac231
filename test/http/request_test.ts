import assert from "node:assert/strict"
import { test } from "node:test"
import { RawClient, serving, urlOf } from "./client.ts"

test("a request has the client's method, URL and headers, and is a Request", async () => {
  let seen: Request | undefined
  await using server = await serving((request) => {
    seen = request
    return new Response()
  })
  await using client = await RawClient.open(server)
  client.send(
    "DELETE /a/../b?c=d HTTP/1.1\r\nHost: Example.ORG:80\r\nX-A: 1\r\nX-A:\t2 \r\nConnection: close\r\n\r\n",
  )
  await client.rest()
  assert.ok(seen instanceof Request)
  assert.equal(seen.method, "DELETE")
  assert.equal(seen.url, "http://example.org/b?c=d")
  assert.equal(seen.headers.get("x-a"), "1, 2")
  assert.equal(seen.body, null)
  assert.equal(seen.bodyUsed, false)
})

test("URLs are written as a URL object would write them", async () => {
  const urls: string[] = []
  await using server = await serving((request) => {
    urls.push(request.url)
    return new Response()
  })
  const targets = [
    "/",
    "/a.b/c",
    "/./a",
    "/a/%2e%2e/b",
    "/a\\b",
    "/%41",
    "//x/y",
    "/?q",
    "/a?b=%20c",
    "/a|b",
  ]
  for (const target of targets) {
    await using client = await RawClient.open(server)
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    assert.match(await client.rest(), /^HTTP\/1\.1 200 /)
  }
  assert.deepEqual(urls, targets.map((target) => new URL(`http://a${target}`).href))
})

const bodies: Readonly<Record<string, (request: Request) => Promise<unknown>>> = {
  text: (request) => request.text(),
  json: async (request) => JSON.stringify(await request.json()),
  bytes: async (request) => new TextDecoder().decode(await request.bytes()),
  arrayBuffer: async (request) => new TextDecoder().decode(await request.arrayBuffer()),
  blob: async (request) => await (await request.blob()).text(),
  clone: async (request) => await request.clone().text(),
  "a reader": async ({ body }) => await new Response(body).text(),
  "a BYOB reader": async ({ body }) => {
    const reader = body?.getReader({ mode: "byob" })
    const decoder = new TextDecoder()
    let text = ""
    for (;;) {
      const result = await reader?.read(new Uint8Array(1000))
      if (result?.value === undefined || result.done) return text
      text += decoder.decode(result.value, { stream: true })
    }
  },
  "another Request": async (request) => await new Request(request).text(),
  "another Request with other headers": async (request) => {
    const other = new Request(request, { headers: { "x-a": "b" } })
    assert.equal(other.method, request.method)
    assert.equal(other.url, request.url)
    assert.equal(other.headers.get("x-a"), "b")
    return await other.text()
  },
}

for (const [name, read] of Object.entries(bodies)) {
  test(`a body is read by ${name}, of known length and chunked`, async () => {
    await using server = await serving(async (request) => new Response(`${await read(request)}`))
    const text = JSON.stringify({ text: "Grüße ".repeat(50_000) })
    for (const body of [text, new Blob([text]).stream()]) {
      const init = { method: "POST", body, duplex: "half" } as RequestInit
      const response = await fetch(urlOf(server), init)
      assert.equal(response.status, 200)
      assert.ok(await response.text() === text)
    }
  })
}

test("a form is read", async () => {
  await using server = await serving(async (request) => {
    const form = await request.formData()
    return new Response(`${form.get("a")} ${await (form.get("f") as File).text()}`)
  })
  const body = new FormData()
  body.set("a", "b")
  body.set("f", new File(["contents"], "f.txt"))
  assert.equal(await (await fetch(urlOf(server), { method: "POST", body })).text(), "b contents")
})

test("a body can be read once", async () => {
  await using server = await serving(async (request) => {
    await request.text()
    assert.equal(request.bodyUsed, true)
    await assert.rejects(request.text(), TypeError)
    return new Response("ok")
  })
  const response = await fetch(urlOf(server), { method: "POST", body: "x" })
  assert.equal(await response.text(), "ok")
})

test("a body that nobody reads does not hold up the next request", async () => {
  await using server = await serving((request) => new Response(request.method))
  await using client = await RawClient.open(server)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}`)
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
  const answers = await client.rest()
  assert.equal(answers.match(/HTTP\/1\.1 200/g)?.length, 2)
})

test("a long body that nobody reads ends the connection, and the answer still arrives", async () => {
  await using server = await serving(() => new Response("no, thank you", { status: 403 }))
  await using client = await RawClient.open(server)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n`)
  client.send("x".repeat(5_000_000))
  const answer = await client.until(/no, thank you/)
  assert.match(answer, /^HTTP\/1\.1 403 /)
  assert.equal(await client.ended, "fin")
})

test("a client is told to continue when somebody wants the body, and not otherwise", async () => {
  await using server = await serving(async (request) =>
    new Response(request.url.endsWith("/read") ? await request.text() : "unread")
  )
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`
  await using reader = await RawClient.open(server)
  reader.send(head("/read"))
  await reader.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
  reader.send("hello")
  await reader.until(/\r\n\r\nhello$/)
  await using other = await RawClient.open(server)
  other.send(head("/unread"))
  const answer = await other.rest()
  assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n[^]*unread$/)
})

test("no more of a body is received than its reader takes, beyond some packets", async () => {
  const { promise: go, resolve: read } = Promise.withResolvers<void>()
  await using server = await serving(async (request) => {
    await go
    return new Response(String((await request.bytes()).byteLength))
  })
  await using client = await RawClient.open(server)
  const size = 64 * 1024 * 1024
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
  let taken = 0
  const sent = (async () => {
    for (; taken < 64; taken++) {
      await new Promise((resolve) => client.peer.write(new Uint8Array(1024 * 1024), resolve))
    }
  })()
  // As long as anything moves, the kernel's buffers may still be filling.
  for (let quiet = 0, before = -1; quiet < 5; before = taken) {
    quiet = taken === before ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.ok(taken < 64)
  read()
  await sent
  assert.match(await client.rest(), new RegExp(`\r\n\r\n${size}$`))
})

test("a signal aborts when the connection is lost, and the body fails", async () => {
  const { promise: lost, resolve } = Promise.withResolvers<unknown>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  await using server = await serving(async (request) => {
    begin()
    const aborted = new Promise((resolve) => request.signal.addEventListener("abort", resolve))
    const failure = await request.text().catch((error) => error)
    await aborted
    resolve(failure)
    return new Response()
  })
  await using client = await RawClient.open(server)
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
  await begun
  client.peer.resetAndDestroy()
  assert.ok(await lost instanceof Error)
})

test("a signal does not abort because the client has ended its side, or has its answer", async () => {
  let signal: AbortSignal | undefined
  await using server = await serving(async (request) => {
    signal = request.signal
    await new Promise((resolve) => setTimeout(resolve, 100))
    return new Response("late")
  })
  await using client = await RawClient.open(server)
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  client.peer.end()
  assert.match(await client.rest(), /late$/)
  assert.equal(signal?.aborted, false)
})

test("what waits of a body is thrown away when the answer is sent, and the next request is heard", async () => {
  const answers = { cancelled: 0, left: 0 }
  await using server = await serving(async (request) => {
    if (request.method === "GET") return new Response("next")
    const reader = request.body?.getReader()
    await reader?.read()
    // More of it comes than waits here, so the rest waits in the kernel.
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (request.url.endsWith("/cancelled")) await reader?.cancel()
    answers[request.url.endsWith("/cancelled") ? "cancelled" : "left"]++
    return new Response("first")
  })
  for (const path of ["cancelled", "left"]) {
    await using client = await RawClient.open(server)
    client.send(
      `POST /${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${500_000..toString(16)}\r\n${"x".repeat(500_000)}\r\n0\r\n\r\n`,
    )
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert.match(await client.rest(), /first[^]*next$/)
  }
  assert.deepEqual(answers, { cancelled: 1, left: 1 })
})
