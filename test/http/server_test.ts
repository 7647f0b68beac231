import assert from "node:assert/strict"
import { test } from "node:test"
import { type Handler, serve } from "zerowire/http"
import { RawClient, serving, urlOf } from "./client.ts"

const hello: Handler = () => new Response("hello")
const quiet = { port: 0, hostname: "127.0.0.1", onListen() {} } as const
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

test("the handler may be the second argument, or the member fetch, called on its object", async () => {
  const app = {
    ...quiet,
    text: "hello",
    fetch(this: { text: string }) {
      return new Response(this.text)
    },
  }
  const { text: _, ...options } = app
  await using first = serve(quiet, hello)
  await using second = serve({ ...options, fetch: () => app.fetch() })
  for (const server of [first, second]) {
    await server.ready
    assert.equal(await (await fetch(urlOf(server))).text(), "hello")
  }
})

test("wrong options are refused with the right ones", () => {
  assert.throws(() => serve({ ...quiet, prot: 1 } as object, hello), /there is no option "prot"/)
  assert.throws(() => serve({ ...quiet, limits: { headBites: 1 } as object }, hello), /headBytes/)
  assert.throws(() => serve({ ...quiet, limits: { headers: -1 } }, hello), TypeError)
  assert.throws(() => serve({ ...quiet, limits: { headers: Infinity } }, hello), /headers/)
  assert.throws(() => serve({ ...quiet, tls: {} } as object, hello), /plain TCP/)
  assert.throws(() => serve(quiet, 5 as unknown as Handler), /a function that returns a Response/)
  assert.throws(() => serve(quiet as unknown as Handler), TypeError)
  const signal = new AbortController() as unknown as AbortSignal
  assert.throws(() => serve({ ...quiet, signal }, hello), /Pass its `signal`/)
})

test("a port that is in use rejects ready and finished", async () => {
  await using first = await serving(hello)
  const second = serve({ ...quiet, port: first.addr.port }, hello)
  assert.throws(() => second.addr, /await server\.ready/)
  await assert.rejects(second.ready, /EADDRINUSE/)
  await assert.rejects(second.finished, /EADDRINUSE/)
  await second.shutdown()
})

test("a handler knows its client, and when its response is accepted", async () => {
  const { promise: completed, resolve } = Promise.withResolvers<void>()
  await using server = await serving((request, info) => {
    info.completed.then(resolve)
    const { address, family } = info.requestIP(request) ?? {}
    return new Response(`${info.remoteAddr.hostname} ${address} ${family}`)
  })
  assert.equal(await (await fetch(urlOf(server))).text(), "127.0.0.1 127.0.0.1 IPv4")
  await completed
})

test("a handler that fails is answered by onError, and the connection stays", async () => {
  const onError = (error: unknown) => new Response(`${error}`, { status: 503 })
  const handlers: Handler[] = [
    () => {
      throw new Error("thrown")
    },
    () => Promise.reject(new Error("rejected")),
    () => undefined as unknown as Response,
  ]
  for (const handler of handlers) {
    await using server = await serving(handler, { onError })
    await using client = await RawClient.open(server)
    client.send(get + get)
    const answers = await client.until(/503 [^]*503 [^]*Error: /)
    assert.match(answers, /thrown|rejected|nothing/)
  }
})

test("a server whose onListen throws gives up its port", async () => {
  await using other = await serving(hello)
  const { port } = other.addr
  await other.shutdown()
  const onListen = () => {
    throw new Error("no address wanted")
  }
  const server = serve({ ...quiet, port, onListen }, hello)
  const finished = assert.rejects(server.finished, /no address wanted/)
  await assert.rejects(server.ready, /no address wanted/)
  await finished
  await using next = await serving(hello, { port })
  assert.equal(await (await fetch(urlOf(next))).text(), "hello")
})

test("shutdown closes idle connections, answers requests under way, and accepts no more", async () => {
  const { promise: go, resolve: answer } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const server = await serving(async () => {
    begin()
    await go
    return new Response("late")
  })
  await using idle = await RawClient.open(server)
  await using busy = await RawClient.open(server)
  busy.send(get)
  await begun
  const stopped = server.shutdown()
  assert.equal(await idle.rest(), "")
  answer()
  assert.match(await busy.rest(), /\r\nconnection: close\r\n[^]*late$/)
  await stopped
  await server.finished
  await assert.rejects(fetch(urlOf(server)))
})

test("after the deadline of a shutdown, what is open is reset", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const server = await serving(() => {
    begin()
    return new Promise<Response>(() => {})
  })
  await using busy = await RawClient.open(server)
  busy.send(get)
  await begun
  await server.shutdown({ deadline: 100 })
  assert.equal(await busy.ended, "reset")
})

test("a signal stops the server", async () => {
  const stop = new AbortController()
  const server = await serving(hello, { signal: stop.signal })
  stop.abort()
  await server.finished
})

test("a server that has ended leaves no listener on its signal", async () => {
  await using first = await serving(hello)
  for (const port of [0, first.addr.port]) {
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners.add(listener)
      add(type, listener)
    }
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners.delete(listener)
      remove(type, listener)
    }
    const server = serve({ ...quiet, port, signal }, hello)
    assert.equal(listeners.size, 1)
    const ended = server.finished.catch(() => {})
    await server.shutdown()
    await ended
    assert.equal(listeners.size, 0, port === 0 ? "after shutdown" : "without a port")
  }
})

test("connections above the limit are closed at once", async () => {
  for (const limits of [{ connections: 1 }, { connectionsPerAddress: 1 }]) {
    await using server = await serving(hello, { limits })
    await using first = await RawClient.open(server)
    first.send(get)
    await first.until(/hello$/)
    // Deno may see the reset while it still connects.
    const second = await RawClient.open(server).catch(() => undefined)
    assert.equal(await second?.rest() ?? "", "")
    assert.equal(server.connections, 1)
  }
})

test("the last request of a connection is answered with close", async () => {
  await using server = await serving(hello, { limits: { requests: 2 } })
  await using client = await RawClient.open(server)
  client.send(get.repeat(3))
  const answers = await client.rest()
  assert.equal(answers.match(/200 OK/g)?.length, 2)
  assert.equal(answers.match(/connection: close/g)?.length, 1)
})

test("clients that are too slow are sent away", async () => {
  const limits = { headTimeout: 10, idleTimeout: 10, bodyTimeout: 10 }
  await using server = await serving(async (request) => new Response(await request.text()), {
    limits,
    onError: () => new Response("", { status: 500 }),
  })
  await using silent = await RawClient.open(server)
  await using slow = await RawClient.open(server)
  slow.send("GET / HT")
  await using idle = await RawClient.open(server)
  idle.send(get)
  await using starving = await RawClient.open(server)
  starving.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
  assert.equal(await silent.rest(), "")
  assert.match(await slow.rest(), /^HTTP\/1\.1 408 /)
  assert.match(await idle.rest(), /^HTTP\/1\.1 200 /)
  assert.match(await starving.rest(), /^HTTP\/1\.1 408 /)
})

test("a timeout is never shorter than it says", async () => {
  const headTimeout = 1000
  await using server = await serving(hello, { limits: { headTimeout } })
  await using client = await RawClient.open(server)
  while (server.connections === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  // Just before the server looks at its clock.
  await new Promise((resolve) => setTimeout(resolve, 800))
  const begun = performance.now()
  client.send("GET / HT")
  assert.match(await client.rest(), /^HTTP\/1\.1 408 /)
  const elapsed = performance.now() - begun
  assert.ok(elapsed >= headTimeout, `${elapsed} ms`)
})

test("a refusal of HEAD has no body", async () => {
  await using server = await serving(async (request) => new Response(await request.text()))
  await using client = await RawClient.open(server)
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n")
  assert.match(await client.rest(), /^HTTP\/1\.1 400 [^]*\r\ncontent-length: [1-9][0-9]*\r\n\r\n$/)
})

test("a client that takes nothing of its response is reset", async () => {
  await using server = await serving(() => new Response(new Uint8Array(50_000_000)), {
    limits: { sendTimeout: 10 },
  })
  await using client = await RawClient.open(server)
  client.peer.pause()
  client.send(get)
  while (server.connections === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  client.peer.resume()
  assert.equal(await client.ended, "reset")
})

test("a response that takes longer than its timeout is reset", async () => {
  await using server = await serving((request, info) => {
    info.timeout(request, 0.05)
    return new Promise<Response>(() => {})
  })
  await using client = await RawClient.open(server)
  client.send(get)
  assert.equal(await client.ended, "reset")
})

test("a timeout that no timer can have is none", async () => {
  await using server = await serving(async (request, info) => {
    info.timeout(request, request.method === "PUT" ? Infinity : 3_000_000)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return new Response("hello")
  })
  for (const method of ["GET", "PUT"]) {
    assert.equal(await (await fetch(urlOf(server), { method })).text(), "hello")
  }
})

test("a body above its limit is refused while it arrives", async () => {
  const failed = Promise.withResolvers<unknown>()
  await using server = await serving(async (request) => {
    await request.text().catch(failed.resolve)
    return new Response("never")
  }, { limits: { bodyBytes: 10 } })
  await using client = await RawClient.open(server)
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
  client.send("5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n")
  assert.match(await client.rest(), /^HTTP\/1\.1 413 [^]*connection: close/)
  assert.ok(await failed.promise instanceof Error)
})

test("a client that takes no answers is given no more of them", async () => {
  let answers = 0
  await using server = await serving(() => {
    answers++
    return new Response(null, { headers: { "x-a": "x".repeat(1000) } })
  })
  await using client = await RawClient.open(server)
  client.peer.pause()
  // With the answers' heads, far more than the buffers of both kernels hold.
  const asked = 50_000
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(asked))
  for (let quiet = 0, before = -1; quiet < 5 || answers === 0; before = answers) {
    quiet = answers === before ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.ok(answers < asked, `${answers} answers`)
  client.peer.resetAndDestroy()
})

test("a client that leaves out the rest of a body that nobody reads is sent away", async () => {
  await using server = await serving(hello, { limits: { bodyTimeout: 10 } })
  await using client = await RawClient.open(server)
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
  assert.match(await client.rest(), /hello$/)
})

test("requests far behind the present one are answered, each once", async () => {
  const { promise: go, resolve: answer } = Promise.withResolvers<void>()
  const paths: string[] = []
  await using server = await serving(async ({ url }) => {
    await go
    const { pathname } = new URL(url)
    paths.push(pathname)
    return new Response(pathname)
  })
  await using client = await RawClient.open(server)
  // Several times what the parser takes at once, in packets that do not end with a request.
  const all = Array.from({ length: 5000 }, (_, i) => `/${i}`)
  client.send(all.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
  await new Promise((resolve) => setTimeout(resolve, 200))
  answer()
  client.peer.end()
  const answers = await client.rest()
  assert.deepEqual(paths, all)
  assert.equal(answers.match(/HTTP\/1\.1 200 OK/g)?.length, all.length)
})
