import { test } from "node:test"
import assert from "node:assert/strict"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { linuxKernel } from "../../kernel/mod.ts"
import { Stack } from "../../stack/stack.ts"
import { connect, connectOn } from "../open/connect_socket.ts"
import { insideOf, type Socket } from "../socket.ts"
import { closeGracefully } from "./teardown.ts"
import { pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { needsLibc } from "../../../test/libc.ts"

// The system gives a new socket the lowest free number, which is that of the one just closed.
const uses: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "closeWrite": (socket) => socket.closeWrite(),
  "close": (socket) => socket.close(),
  "abort": (socket) => socket.abort(),
  "the end of a stream": (socket) => socket.writable.close(),
  "the abort of a stream": (socket) => socket.writable.abort(),
}

for (const [name, use] of Object.entries(uses)) {
  test(`${name} of a closed socket does nothing to the next one`, async () => {
    await using server = await PlainServer.open()
    const closed = await connect({ port: server.port })
    await closed.close()
    await using next = await connect({ port: server.port })
    await server.accepted()
    const received = receiveAll(await server.accepted())
    await use(closed)
    await next.writable.getWriter().write(pattern(100_000))
    await next.closeWrite()
    assert.equal(sha256(await received), sha256(pattern(100_000)))
  })
}

test("options of a closed socket are not set on the next one", async () => {
  await using server = await PlainServer.open()
  const closed = await connect({ port: server.port })
  await closed.close()
  await using next = await connect({ port: server.port, noDelay: true })
  const { connection } = insideOf(next)
  closed.setNoDelay(false)
  assert.equal(connection.stack.kernel.getOption(connection.fd, "TCP_NODELAY"), 1)
  closed.setKeepAlive()
  assert.equal(connection.stack.kernel.getOption(connection.fd, "SO_KEEPALIVE"), 0)
})

test(
  "two closes at once do nothing to a file descriptor that one of them has closed",
  needsLibc,
  async () => {
    const calls: string[] = []
    const closed = new Set<unknown>()
    const linux = linuxKernel()
    const kernel = new Proxy(linux, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (typeof value !== "function") return value
        return (...args: unknown[]) => {
          if (closed.has(args[0])) calls.push(String(name))
          if (name === "close") closed.add(args[0])
          return value.apply(target, args)
        }
      },
    })
    const stack = new Stack(kernel, () => {})
    await using server = await PlainServer.open()
    const socket = await connectOn(() => stack, { port: server.port })
    const peer = await server.accepted()
    const { connection } = insideOf(socket)
    // More than the buffers of both ends hold, so that both have to wait for the peer.
    const sent = pattern(16_000_000)
    connection.packer.write(sent.slice())
    const close = closeGracefully(connection, Duration.seconds(30))
    const closing = Promise.all([Effect.runPromise(close), Effect.runPromise(close)])
    const received = receiveAll(peer)
    const reports = await closing
    assert.deepEqual(calls, [])
    assert.deepEqual(reports[0], reports[1])
    assert.equal(sha256(await received), sha256(sent))
    await stack.reactor.close()
  },
)
