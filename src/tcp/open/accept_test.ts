import { test } from "node:test"
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import type { Listener } from "../listener.ts"
import type { Socket } from "../socket.ts"
import { listen } from "./listen.ts"
import { dial, pattern, receiveAll } from "../../../test/plain_peer.ts"
import { libcIsMissing } from "../../../test/libc.ts"

const local = { hostname: "127.0.0.1", port: 0 }

test("port 0 picks a free port, a different one each time", async () => {
  await using one = await listen(local)
  await using two = await listen(local)
  assert.ok(one.addr.port > 0 && two.addr.port > 0)
  assert.notEqual(one.addr.port, two.addr.port)
  assert.deepEqual(one.addr, { transport: "tcp", hostname: "127.0.0.1", port: one.addr.port })
})

test("a connection that came before accept was called is not lost", async () => {
  await using listener = await listen(local)
  const peer = await dial(listener.addr.port)
  await sleep(10)
  await using socket = await listener.accept()
  assert.equal(socket.remoteAddr.port, peer.localPort)
  peer.destroy()
})

test("waiting callers get one connection each, in the order of their calls", async () => {
  await using listener = await listen(local)
  const order: number[] = []
  const accepts = [0, 1, 2, 3, 4].map(async (i) => {
    const socket = await listener.accept()
    order.push(i)
    return socket
  })
  const peers = await Promise.all([0, 1, 2, 3, 4].map(() => dial(listener.addr.port)))
  const sockets = await Promise.all(accepts)
  assert.deepEqual(order, [0, 1, 2, 3, 4])
  assert.deepEqual(
    sockets.map(({ remoteAddr }) => remoteAddr.port).toSorted(),
    peers.map(({ localPort }) => localPort ?? 0).toSorted(),
  )
  for (const peer of peers) peer.destroy()
  await Promise.all(sockets.map((socket) => socket.abort()))
})

test("a hundred connections at once are all accepted, by an iterator that ends on close", async () => {
  const listener = await listen(local)
  const sockets: Socket[] = []
  const accepting = (async () => {
    for await (const socket of listener) {
      sockets.push(socket)
      if (sockets.length === 100) listener.close()
    }
  })()
  const peers = await Promise.all(Array.from({ length: 100 }, () => dial(listener.addr.port)))
  await accepting
  assert.equal(sockets.length, 100)
  assert.equal(new Set(sockets.map(({ remoteAddr }) => remoteAddr.port)).size, 100)
  for (const peer of peers) peer.destroy()
  await Promise.all(sockets.map((socket) => socket.abort()))
})

test("an iterator that waits ends when the listener is closed", async () => {
  const listener = await listen(local)
  const iterator = listener[Symbol.asyncIterator]()
  const next = iterator.next()
  await sleep(5)
  listener.close()
  assert.deepEqual(await next, { value: undefined, done: true })
  assert.deepEqual(await iterator.next(), { value: undefined, done: true })
  await listener[Symbol.asyncDispose]()
})

test("leaving the loop in any way closes the listener, but not the accepted sockets", async () => {
  const leave: Readonly<Record<string, (listener: Listener) => Promise<Socket>>> = {
    break: async (listener) => {
      const sockets: Socket[] = []
      for await (const socket of listener) {
        sockets.push(socket)
        break
      }
      return sockets[0]
    },
    return: async (listener) => {
      for await (const socket of listener) return socket
      throw new Error("there was none")
    },
    throw: async (listener) => {
      try {
        for await (const socket of listener) throw socket
      } catch (socket) {
        return socket as Socket
      }
      throw new Error("there was none")
    },
  }
  for (const [how, left] of Object.entries(leave)) {
    const listener = await listen(local)
    const peer = await dial(listener.addr.port)
    const socket = await left(listener)
    assert.equal((await failureOf(listener.accept())).reason._tag, "SocketClosed", how)
    await using again = await listen({ ...local, port: listener.addr.port })
    assert.equal(again.addr.port, listener.addr.port)
    const received = receiveAll(peer)
    await socket.writable.getWriter().write(pattern(1000))
    await socket.close()
    assert.deepEqual(await received, pattern(1000))
    peer.end()
  }
})

test("an iterator that is returned while it waits ends, and so does one that never started", async () => {
  for (const begun of [true, false]) {
    const listener = await listen(local)
    const iterator = listener[Symbol.asyncIterator]()
    const next = begun ? iterator.next() : undefined
    assert.deepEqual(await iterator.return?.(), { value: undefined, done: true })
    if (begun) assert.deepEqual(await next, { value: undefined, done: true })
    assert.equal((await failureOf(listener.accept())).reason._tag, "SocketClosed")
  }
})

test("close ends an accept that waits, and refuses the next one, with SocketClosed", async () => {
  const listener = await listen(local)
  const waiting = failureOf(listener.accept())
  listener.close()
  listener.close()
  assert.equal((await waiting).message, "Cannot accept: the listener is closed")
  assert.equal((await failureOf(listener.accept())).reason._tag, "SocketClosed")
})

test("the port is free again once the listener is closed", async () => {
  const listener = await listen(local)
  const { port } = listener.addr
  await listener[Symbol.asyncDispose]()
  await using again = await listen({ ...local, port })
  assert.equal(again.addr.port, port)
})

test("accepted sockets stay open when the listener is closed", async () => {
  const listener = await listen(local)
  const peer = await dial(listener.addr.port)
  const socket = await listener.accept()
  listener.close()
  const received = receiveAll(peer)
  await socket.writable.getWriter().write(pattern(50_000))
  await socket.closeWrite()
  assert.deepEqual(await received, pattern(50_000))
  peer.end()
  await socket.close()
})

test("a port that is taken is ListenFailed with EADDRINUSE and the address", async () => {
  await using listener = await listen(local)
  const { port } = listener.addr
  const failure = await failureOf(listen({ ...local, port }))
  assert.equal(failure.reason._tag, "ListenFailed")
  assert.equal(
    failure.message,
    `Cannot listen on 127.0.0.1:${port}: EADDRINUSE. Another socket has the port; choose another, ` +
      "or 0 for any free one",
  )
})

test("an address that is not of this host is ListenFailed with EADDRNOTAVAIL", async () => {
  const failure = await failureOf(listen({ hostname: "192.0.2.77", port: 0 }))
  assert.match(failure.message, /^Cannot listen on 192\.0\.2\.77:0: EADDRNOTAVAIL/)
})

test("two listeners share a port only when both say reusePort", async () => {
  await using one = await listen({ ...local, reusePort: true })
  const { port } = one.addr
  await using two = await listen({ ...local, port, reusePort: true })
  assert.equal(two.addr.port, port)
  assert.match((await failureOf(listen({ ...local, port }))).message, /EADDRINUSE/)
})

test("a connection that was reset before it was accepted is a socket that reports the reset", async () => {
  await using listener = await listen(local)
  const peer = await dial(listener.addr.port)
  peer.resetAndDestroy()
  await sleep(20)
  const socket = await listener.accept()
  const failure = await failureOf(socket.readable.getReader().read())
  assert.equal(failure.reason._tag, "ConnectionLost")
  await socket.close()
})

test("an accepted socket has the options of its listener", async () => {
  await using listener = await listen({ ...local, zerocopy: "always", highWaterMark: 12345 })
  const peer = await dial(listener.addr.port)
  const received = receiveAll(peer)
  await using socket = await listener.accept()
  const writer = socket.writable.getWriter()
  assert.equal(writer.desiredSize, 12345)
  await writer.write(pattern(100_000))
  await writer.close()
  await received
  assert.equal(socket.stats().zerocopy.sends, libcIsMissing ? 0 : 1)
  peer.end()
})
