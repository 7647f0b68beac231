import { test } from "node:test"
import assert from "node:assert/strict"
import { failureOf } from "../../../test/failure.ts"
import { connect } from "./connect_socket.ts"
import { listen } from "./listen.ts"
import { socketInodes } from "../../../test/descriptors.ts"
import { needsLibc } from "../../../test/libc.ts"
import { freePort, Silent } from "../../../test/silent_listener.ts"

test("connecting to a port without a listener is ConnectFailed with ECONNREFUSED and the address", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    const port = await freePort(hostname)
    const failure = await failureOf(connect({ hostname, port }))
    assert.equal(failure.reason._tag, "ConnectFailed")
    const address = hostname === "::1" ? `[::1]:${port}` : `127.0.0.1:${port}`
    assert.equal(
      failure.message,
      `Cannot connect to ${address}: ECONNREFUSED. Nothing listens there; start the receiver first`,
    )
  }
})

test("an address without a route is ConnectFailed with ENETUNREACH", needsLibc, async () => {
  // TCP to a multicast group is refused on every host (tcp_v4_connect in net/ipv4/tcp_ipv4.c).
  const failure = await failureOf(connect({ hostname: "224.0.0.1", port: 9 }))
  assert.match(failure.message, /^Cannot connect to 224\.0\.0\.1:9: ENETUNREACH/)
})

test(
  "an attempt that takes longer than connectTimeout is ConnectFailed with ETIMEDOUT",
  needsLibc,
  async () => {
    await using silent = await Silent.open("::1")
    const failure = await failureOf(
      connect({ hostname: "::1", port: silent.port, connectTimeout: 20 }),
    )
    assert.equal(failure.reason._tag, "ConnectFailed")
    assert.match(
      failure.message,
      new RegExp(`^Cannot connect to \\[::1\\]:${silent.port}: ETIMEDOUT`),
    )
  },
)

test("an attempt that is quicker than connectTimeout succeeds", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  await using _socket = await connect({ port: listener.addr.port, connectTimeout: 30_000 })
})

test(
  "an aborted attempt rejects with the signal's reason, and leaves no file descriptor",
  needsLibc,
  async () => {
    await using silent = await Silent.open("127.0.0.1")
    const before = socketInodes().length
    const reason = { any: "thing" }
    const controller = new AbortController()
    const attempt = connect({ port: silent.port, signal: controller.signal })
    setTimeout(() => controller.abort(reason), 5)
    await assert.rejects(attempt, (error) => error === reason)
    assert.equal(socketInodes().length, before)
  },
)

test("with an aborted signal nothing is tried", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const reason = new Error("no")
  const attempt = connect({ port: listener.addr.port, signal: AbortSignal.abort(reason) })
  await assert.rejects(attempt, (error) => error === reason)
  const accepted = listener.accept()
  await using socket = await connect({ port: listener.addr.port })
  await using first = await accepted
  assert.equal(first.remoteAddr.port, socket.localAddr.port)
})

test("AbortSignal.timeout rejects with its TimeoutError", needsLibc, async () => {
  await using silent = await Silent.open("127.0.0.1")
  const attempt = connect({ port: silent.port, signal: AbortSignal.timeout(5) })
  await assert.rejects(attempt, { name: "TimeoutError" })
})

test("a signal that aborts after the connection is established changes nothing", async () => {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const controller = new AbortController()
  await using socket = await connect({ port: listener.addr.port, signal: controller.signal })
  await using peer = await listener.accept()
  controller.abort()
  await socket.writable.getWriter().write(Uint8Array.of(1))
  const { value } = await peer.readable.getReader().read()
  assert.deepEqual(value, Uint8Array.of(1))
})

test("an error of the connection under way wins over a signal that comes later", async () => {
  const port = await freePort("127.0.0.1")
  const controller = new AbortController()
  const failure = await failureOf(connect({ port, signal: controller.signal }))
  controller.abort()
  assert.match(failure.message, /ECONNREFUSED/)
})
