import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { dial, ending, pattern, receiveAll } from "../../../test/plain_peer.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { simulate, type Simulation } from "../../testing.ts"
import { listen } from "../open/listen.ts"
import type { Socket } from "../socket.ts"
import type { ConnectionHandler } from "./handler.ts"

test("a shutdown waits for live peers, and resets the stalled ones at the deadline", async () => {
  const failures: string[] = []
  const onError = (error: unknown) => {
    const { reason, cause } = error as ZerowireError
    failures.push(`${reason._tag}: ${(cause as Error).message}`)
  }
  const handler: ConnectionHandler = async (socket) => {
    const reader = socket.readable.getReader()
    const { value } = await reader.read()
    const writer = socket.writable.getWriter()
    await writer.write(pattern(16 << 20))
    if (value?.[0] === 2) await reader.read()
  }
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80, onError }, handler)
    const clients = [await asking(simulation, 0), await asking(simulation, 1)]
    clients.push(await asking(simulation, 2), await asking(simulation, 1))
    await simulation.sleep(10)
    assert.equal(listener.connections.length, 4)
    const before = simulation.now
    const ending = listener.shutdown({ deadline: 10_000 })
    // The first reads nothing, the third says nothing more, and the others read to the end.
    for (const client of [clients[1], clients[3]]) {
      let length = 0
      for await (const bytes of client.readable) length += bytes.byteLength
      assert.equal(length, 16 << 20)
      await client.close()
    }
    assert.deepEqual(await ending, { closed: 2, reset: 2 })
    assert.ok(simulation.now - before >= 10_000)
    assert.equal(listener.connections.length, 0)
    // The handlers hear of it in this turn.
    await simulation.sleep(1)
    assert.deepEqual(
      failures.sort(),
      Array(2).fill("Aborted: The deadline of shutdown() passed: 10000 ms"),
    )
    await Promise.all(clients.map((client) => client.abort()))
    assert.equal(simulation.stats().openFiles, 0)
  })
})

test("a shutdown ends as soon as the last connection has ended", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 })
    const accepting = listener.accept()
    const client = await simulation.connect({ port: 80 })
    const socket = await accepting
    const before = simulation.now
    const ending = listener.shutdown({ deadline: 3_600_000 })
    await simulation.sleep(20_000)
    await Promise.all([socket.close(), client.close()])
    assert.deepEqual(await ending, { closed: 1, reset: 0 })
    assert.ok(simulation.now - before < 30_000)
    assert.deepEqual(await listener.shutdown(), { closed: 1, reset: 0 })
  })
})

test("a shutdown waits for a handler whose connection has ended", async () => {
  const simulation = simulate()
  let written = false
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 }, async (socket) => {
      await socket.close()
      await simulation.sleep(5000)
      written = true
    })
    const client = await simulation.connect({ port: 80 })
    await client.close()
    await listener.shutdown()
    assert.ok(written)
  })
})

test("a handler that never returns holds a shutdown to its deadline, and no longer", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 }, () => new Promise(() => {}))
    const client = await simulation.connect({ port: 80 })
    await simulation.sleep(10)
    const before = simulation.now
    assert.deepEqual(await listener.shutdown({ deadline: 7000 }), { closed: 0, reset: 1 })
    assert.ok(simulation.now - before >= 7000 && simulation.now - before < 8000)
    await client.abort()
  })
})

test("a second shutdown with an earlier deadline hurries the first", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 })
    const accepting = listener.accept()
    const client = await simulation.connect({ port: 80 })
    await accepting
    const first = listener.shutdown({ deadline: 3_600_000 })
    const report = { closed: 0, reset: 1 }
    assert.deepEqual(await listener.shutdown({ deadline: 0 }), report)
    assert.deepEqual(await first, report)
    assert.ok(simulation.now < 1000)
    await client.abort()
  })
})

test("a shutdown refuses new connections, ends a loop, and tells the handlers", async () => {
  const local = { hostname: "127.0.0.1", port: 0 }
  const looped = await listen(local)
  const loop = (async () => {
    for await (const socket of looped) assert.fail(String(socket))
  })()
  assert.deepEqual(await looped.shutdown(), { closed: 0, reset: 0 })
  await loop
  assert.equal((await failureOf(looped.accept())).reason._tag, "SocketClosed")

  const begun = Promise.withResolvers<void>()
  const served = await listen(local, async (socket, { stopping }) => {
    begun.resolve()
    assert.equal(stopping.aborted, false)
    await new Promise((resolve) => stopping.addEventListener("abort", resolve))
    await socket.writable.getWriter().write(pattern(10))
  })
  const { port } = served.addr
  const received = receiveAll(await dial(port))
  await begun.promise
  assert.deepEqual(await served.shutdown(), { closed: 1, reset: 0 })
  assert.equal((await received).byteLength, 10)
  await assert.rejects(dial(port))
})

test("on Linux a shutdown resets the connections that are left", async () => {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const accepting = Promise.all([listener.accept(), listener.accept()])
  const peers = await Promise.all([1, 2].map(() => dial(listener.addr.port)))
  const [first] = await accepting
  assert.deepEqual(new Set(listener.connections), new Set(await accepting))
  const ended = peers.map(ending)
  await first.close()
  assert.equal(listener.connections.length, 1)
  assert.deepEqual(await listener.shutdown({ deadline: 1 }), { closed: 0, reset: 1 })
  assert.deepEqual((await Promise.all(ended)).sort(), ["fin", "reset"])
})

test("options of a shutdown that are wrong are refused, and the listener goes on", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 })
    for (const deadline of [-1, NaN, Infinity, "5"]) {
      await assert.rejects(listener.shutdown({ deadline } as never), TypeError)
    }
    await assert.rejects(listener.shutdown({ timeout: 5 } as never), /"deadline"/)
    const accepting = listener.accept()
    const client = await simulation.connect({ port: 80 })
    await (await accepting).abort()
    await client.abort()
    listener.close()
  })
})

/** A client that sends one byte, and does not read what it gets. */
async function asking(simulation: Simulation, byte: number): Promise<Socket> {
  const client = await simulation.connect({ port: 80 })
  await client.writable.getWriter().write(Uint8Array.of(byte))
  return client
}
