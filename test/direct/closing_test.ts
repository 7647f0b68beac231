import assert from "node:assert/strict"
import { test } from "node:test"
import { type DirectSocket, ZerowireError } from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"
import { bytesOf, Log, pair, pattern, testOnBoth } from "./stage.ts"

testOnBoth("`terminate` is a reset: the peer hears of it by `error` and `close`", async (stage) => {
  const log: string[] = []
  const own = new Log()
  const lost = new Log()
  const { client } = await pair(
    stage,
    lost.handlers({
      error: (_, error) => {
        assert.ok(error instanceof ZerowireError)
        log.push(error.reason._tag)
      },
      close: (_, error) => void log.push(`close ${error?.reason._tag}`),
    }),
    own.handlers({ error: () => assert.fail("this side knows") }),
  )
  client.terminate()
  client.terminate()
  assert.equal(await own.closed.promise, undefined)
  await lost.closed.promise
  assert.deepEqual(log, ["ConnectionLost", "close ConnectionLost"])
})

testOnBoth(
  "what a handler throws or rejects with comes to `error`, and the connection goes on",
  async (stage) => {
    const errors: unknown[] = []
    const log = new Log()
    const { client } = await pair(
      stage,
      log.handlers({
        data(_socket, bytes) {
          if (bytes[0] === 1) throw new Error("thrown")
          return Promise.reject(new Error("rejected"))
        },
        error(socket, error) {
          errors.push((error as Error).message)
          socket.write(bytesOf("!"))
        },
      }),
      {
        data: (socket) =>
          errors.length === 1 ? void socket.write(new Uint8Array([2])) : socket.end(),
      },
    )
    client.write(new Uint8Array([1]))
    await log.closed.promise
    assert.deepEqual(errors, ["thrown", "rejected"])
  },
)

testOnBoth("whatever `error` returns, the connection goes on", async (stage) => {
  const answers = [1, null, "", { then: 1 }, { then: undefined }]
  const errors: unknown[] = []
  const log = new Log()
  const { client } = await pair(
    stage,
    log.handlers({
      data(socket, [which]) {
        socket.write(bytesOf("!"))
        throw which
      },
      // What `error: (_, error) => errors.push(error)` returns, and the like.
      error: (_, error) => answers[errors.push(error) - 1] as unknown as undefined,
    }),
    { data: (socket) => next(socket) },
  )
  const next = (socket: DirectSocket): void => {
    if (errors.length === answers.length) socket.end()
    else socket.write(new Uint8Array([errors.length]))
  }
  next(client)
  assert.equal(await log.closed.promise, undefined)
  assert.deepEqual(errors, answers.map((_, i) => i))
})

testOnBoth("`close()` of a socket with handlers reports, and calls `close` once", async (stage) => {
  let closes = 0
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), { data() {}, close: () => void closes++ })
  client.write(bytesOf("all of it"))
  const report = await client.close()
  assert.equal(report.quarantined, 0)
  await log.closed.promise
  assert.equal(log.text, "all of it")
  assert.equal(closes, 1)
})

testOnBoth("a hundred connections at once all get their answer", async (stage) => {
  const listener = await stage.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket, bytes) => void socket.write(bytes) },
  })
  const { port } = listener.addr
  const logs = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    const log = new Log()
    await stage.connect({
      hostname: "127.0.0.1",
      port,
      socket: log.handlers({
        open: (socket) => void socket.write(bytesOf(`${i}`)),
        data: (socket) => log.text === `${i}` ? socket.end() : undefined,
      }),
    })
    await log.closed.promise
    return log
  }))
  listener.close()
  assert.deepEqual(logs.map(({ text }) => text), logs.map((_, i) => `${i}`))
})

testOnBoth(
  "a listener that is closed by a handler accepts no more, and sockets stay open",
  async (stage) => {
    const log = new Log()
    const { client, server } = await pair(stage, log.handlers(), { data() {} })
    client.end(bytesOf("after"))
    await log.closed.promise
    assert.equal(log.text, "after")
    assert.equal(server.stats().queuedBytes, 0)
  },
)

test("`timeout` is called when nothing has moved, and only then", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const times: number[] = []
    const log = new Log()
    const { client } = await pair(simulation, log.handlers(), {
      open: (socket) => socket.timeout(2),
      data() {},
      timeout(socket) {
        times.push(simulation.now)
        socket.end()
      },
    })
    for (let i = 0; i < 10; i++) {
      await simulation.sleep(1000)
      client.write(bytesOf("."))
    }
    assert.deepEqual(times, [])
    const last = simulation.now
    await log.closed.promise
    assert.equal(times.length, 1)
    assert.ok(times[0] >= last + 1500 && times[0] <= last + 2600, `after ${times[0] - last} ms`)
  })
})

test("without a `timeout` handler an idle socket is reset", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const lost = new Log()
    const idle = (socket: DirectSocket) => socket.timeout(1)
    await pair(simulation, lost.handlers(), { open: idle, data() {} })
    assert.ok(await lost.closed.promise instanceof ZerowireError)
  })
})

for (const limit of ["timeout()", "idleTimeout", "readTimeout"] as const) {
  test(`bytes that come back by \`unread\` count as received: ${limit}`, async () => {
    const simulation = simulate()
    await simulation.run(async () => {
      const all = pattern(10)
      const log = new Log()
      const messages: Uint8Array[] = []
      const { client } = await pair(
        simulation,
        log.handlers({
          open: (socket) => limit === "timeout()" ? socket.timeout(2) : undefined,
          data(socket, bytes) {
            // The same limit holds for the client.
            if (limit === "readTimeout") socket.write(bytesOf("."))
            if (bytes.byteLength < all.byteLength) socket.unread(bytes)
            else messages.push(socket.keep())
          },
          timeout: () => assert.fail("a byte came each second"),
        }),
        { data() {} },
        limit === "timeout()" ? {} : { [limit]: 2000 },
      )
      for (const byte of all) {
        await simulation.sleep(1000)
        client.write(new Uint8Array([byte]))
      }
      client.end()
      assert.equal(await log.closed.promise, undefined)
      assert.deepEqual(messages, [all])
    })
  })
}
