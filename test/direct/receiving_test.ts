import assert from "node:assert/strict"
import { connect, type DirectSocket } from "../../src/mod.ts"
import { bytesOf, joined, Log, pair, pattern, testOnBoth, textOf } from "./stage.ts"

testOnBoth("what comes back by `unread` comes again with what arrives next", async (stage) => {
  const lines: string[] = []
  const log = new Log()
  const { client } = await pair(
    stage,
    log.handlers({
      data(socket, bytes) {
        const end = bytes.lastIndexOf(10) + 1
        lines.push(...textOf(bytes.subarray(0, end)).split("\n").filter((line) => line !== ""))
        if (end < bytes.byteLength) socket.unread(bytes.subarray(end))
        socket.write(bytesOf("."))
      },
    }),
    { data: (socket) => next(socket) },
  )
  const parts = ["on", "e\ntw", "o", "\nthree", "\n"]
  const next = (socket: DirectSocket): void => {
    const part = parts.shift()
    if (part === undefined) socket.end()
    else socket.write(bytesOf(part))
  }
  next(client)
  await log.closed.promise
  assert.deepEqual(lines, ["one", "two", "three"])
})

testOnBoth("more bytes than the shared buffer has come back by `unread`, too", async (stage) => {
  const message = pattern(300_000)
  const whole = Promise.withResolvers<Uint8Array>()
  const log = new Log()
  const { client } = await pair(
    stage,
    log.handlers({
      data(socket, bytes) {
        if (bytes.byteLength < message.byteLength) socket.unread(bytes)
        else whole.resolve(socket.keep())
      },
    }),
    { data() {} },
  )
  client.end(message)
  assert.deepEqual(await whole.promise, message)
  await log.closed.promise
})

testOnBoth(
  "a stream that a handler reads leaves the handler's bytes as they are",
  async (stage) => {
    const others = await pair(stage, { data() {} }, { data() {} })
    const reader = others.server.readable.getReader()
    others.client.write(bytesOf("theirs"))
    // Now the kernel of the other end has them.
    await others.client.close()
    const read = Promise.withResolvers<Uint8Array | undefined>()
    const log = new Log()
    let seen = ""
    const { client } = await pair(
      stage,
      log.handlers({
        data(_, bytes) {
          read.resolve(reader.read().then(({ value }) => value))
          seen += textOf(bytes)
        },
      }),
      { data() {} },
    )
    client.end(bytesOf("mine!!"))
    assert.deepEqual(await read.promise, bytesOf("theirs"))
    await log.closed.promise
    assert.equal(seen, "mine!!")
    others.server.terminate()
  },
)

testOnBoth("few bytes that are kept twice are the same bytes", async (stage) => {
  const log = new Log()
  let same = false
  const { client } = await pair(
    stage,
    log.handlers({ data: (socket) => void (same = socket.keep() === socket.keep()) }),
    { data() {} },
  )
  client.end(bytesOf("few"))
  await log.closed.promise
  assert.ok(same)
})

testOnBoth("kept bytes stay as they are, few and many", async (stage) => {
  for (const length of [100, 200_000]) {
    const kept: Uint8Array[] = []
    const log = new Log()
    const { client } = await pair(
      stage,
      log.handlers({ data: (socket) => void kept.push(socket.keep(), socket.keep()) }),
      { data() {} },
    )
    client.end(pattern(length))
    await log.closed.promise
    const halves = [0, 1].map((half) => kept.filter((_, i) => i % 2 === half))
    for (const half of halves) {
      assert.deepEqual(half.reduce((sum, bytes) => sum + bytes.byteLength, 0), length)
      assert.deepEqual(
        joined(...half),
        pattern(length),
      )
    }
  }
})

testOnBoth("kept bytes do not show what other connections have received", async (stage) => {
  const secret = pattern(60_000)
  const first = new Log()
  const one = await pair(stage, first.handlers(), { data() {} })
  one.client.end(secret)
  await first.closed.promise
  const kept: Uint8Array[] = []
  const log = new Log()
  const two = await pair(stage, log.handlers({ data: (socket) => void kept.push(socket.keep()) }), {
    data() {},
  })
  two.client.end(new Uint8Array(20_000))
  await log.closed.promise
  for (const { buffer } of kept) assert.ok(new Uint8Array(buffer).every((byte) => byte === 0))
})

testOnBoth("nothing is kept outside of `data`", async (stage) => {
  const log = new Log()
  const { client, server } = await pair(stage, log.handlers(), { data() {} })
  assert.throws(() => server.keep(), TypeError)
  client.end()
  await log.closed.promise
})

testOnBoth(
  "a paused socket calls no handler until it goes on, and loses nothing",
  async (stage) => {
    const log = new Log()
    let paused = false
    const { client, server } = await pair(
      stage,
      log.handlers({
        data(socket) {
          assert.equal(paused, false)
          socket.pause()
          paused = true
          resume.resolve()
        },
      }),
      new Log().handlers(),
    )
    let resume = Promise.withResolvers<void>()
    client.end(pattern(400_000))
    let ended = false
    log.closed.promise.then(() => ended = true)
    while (!ended) {
      await Promise.race([resume.promise, log.closed.promise])
      resume = Promise.withResolvers()
      paused = false
      server.resume()
    }
    assert.deepEqual(log.bytes, pattern(400_000))
  },
)

testOnBoth("a change to streams loses no byte, at any moment", async (stage) => {
  for (const [after, back] of [[0, 0], [1, 0], [70_000, 10], [150_000, 3000]]) {
    const read = Promise.withResolvers<Uint8Array>()
    const log = new Log()
    const change = async (socket: DirectSocket) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of socket.readable) chunks.push(chunk)
      await socket.close()
      read.resolve(joined(...chunks))
    }
    let taken = 0
    const { client } = await pair(
      stage,
      log.handlers({
        open: (socket) => after === 0 ? change(socket) : undefined,
        data(socket, bytes) {
          taken += bytes.byteLength
          if (taken < after) return
          socket.unread(bytes.subarray(bytes.byteLength - back))
          taken -= back
          return change(socket)
        },
        end: () => assert.fail("the stream ends, and not the handlers"),
      }),
      { data() {} },
    )
    client.end(pattern(200_000))
    const rest = await read.promise
    assert.deepEqual(rest, pattern(200_000).subarray(taken))
    assert.equal(await log.closed.promise, undefined)
  }
})

testOnBoth("a peer that goes on sending keeps nobody else waiting", async (stage) => {
  const chunk = new Uint8Array(256 * 1024)
  let flowing = true
  const flood = (socket: DirectSocket): void => {
    while (flowing && socket.write(chunk) === chunk.byteLength);
  }
  const server = {
    data: (socket: DirectSocket, bytes: Uint8Array) => {
      if (bytes.byteLength === 1) socket.write(bytes)
    },
  }
  const floods = await pair(stage, server, { open: flood, drain: flood, data() {} })
  const log = new Log()
  const asker = await pair(
    stage,
    server,
    log.handlers({
      data: (socket) => log.calls < 20 ? void socket.write(bytesOf("?")) : socket.end(),
    }),
  )
  asker.client.write(bytesOf("?"))
  await log.closed.promise
  flowing = false
  floods.client.terminate()
  await floods.server.abort()
})

testOnBoth("options and handlers that there are not are TypeErrors", async (stage) => {
  const wrong: readonly [socket: unknown, message: RegExp][] = [
    [null, /"socket" must be an object with handlers, not null/],
    ["data", /"socket" must be an object with handlers, not "data"/],
    [{}, /the handler "data" is missing/],
    [{ data: 1 }, /the handler "data" must be a function, not 1/],
    [{ data() {}, message() {} }, /there is no handler "message"/],
  ]
  for (const [socket, message] of wrong) {
    const options = { hostname: "127.0.0.1", port: 80, socket } as never
    for (
      const call of [
        () => stage.listen(options),
        () => stage.connect(options),
        () => connect(options),
      ]
    ) {
      await assert.rejects(async () => await call(), { name: "TypeError", message })
    }
  }
  const options = { port: 80, socket: { data() {} }, halfOpen: true } as never
  await assert.rejects(() => stage.listen(options), /there is no option "halfOpen"/)
})

testOnBoth("wrong arguments are TypeErrors, and the connection goes on", async (stage) => {
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), { data() {} })
  for (const wrong of ["text", [1], null, new Uint16Array(1)]) {
    assert.throws(() => client.write(wrong as never), TypeError)
    assert.throws(() => client.end(wrong === null ? 0 as never : wrong as never), TypeError)
    assert.throws(() => client.unread(wrong as never), TypeError)
  }
  for (const wrong of [-1, NaN, "1"]) assert.throws(() => client.timeout(wrong as never), TypeError)
  client.end(bytesOf("fine"))
  await log.closed.promise
  assert.equal(log.text, "fine")
})
