import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { pattern } from "../../../test/plain_peer.ts"
import { simulate } from "../../testing.ts"

// After it was closed, the number of a file descriptor may belong to another socket.

test("abort while close throws bytes away calls nothing on a closed file descriptor", async () => {
  const simulation = simulate()
  const late = lateCalls(simulation.kernel)
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect(peer)
    peer.connection.send(pattern(30_000))
    await simulation.sleep(100)
    const closing = socket.close()
    // The FIN is acknowledged, and that of the peer does not come.
    await simulation.sleep(100)
    await Promise.all([socket.abort(), closing])
    assert.deepEqual(late, [])
  })
})

test("abort while close waits for a pipe calls nothing on a closed file descriptor", async () => {
  const simulation = simulate()
  const late = lateCalls(simulation.kernel)
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, closeTimeout: 50 })
    const piping = new ReadableStream().pipeTo(socket.writable).catch(() => {})
    const closing = failureOf(socket.close())
    await simulation.sleep(1)
    await socket.abort()
    assert.equal((await closing).reason._tag, "Aborted")
    await piping
    assert.deepEqual(late, [])
  })
})

for (const end of ["close", "abort"] as const) {
  test(`${end} with the last of many notifications reads no closed error queue`, async () => {
    const simulation = simulate({ faults: { lateNotification: 1 } })
    const late = lateCalls(simulation.kernel)
    // A read that returns as many as there is room for is followed by another one.
    Object.assign(simulation.kernel, { errorReads: 1 })
    const peer = simulation.peer()
    await simulation.run(async () => {
      const options = { zerocopy: "always", ownership: "transfer", pinHeap: true } as const
      const socket = await simulation.connect({ ...peer, ...options })
      await socket.writable.getWriter().write(pattern(30_000))
      await simulation.sleep(1)
      assert.ok(socket.stats().inFlightBytes > 0)
      await socket[end]()
      await simulation.sleep(1000)
      assert.deepEqual(late, [])
    })
  })
}

/** The calls on file descriptors that are closed. No other is opened meanwhile. */
function lateCalls(kernel: object): string[] {
  const calls = kernel as Record<string, (fd: number, ...rest: unknown[]) => unknown>
  const closed = new Set<number>()
  const late: string[] = []
  for (const name of onSockets) {
    const call = calls[name]
    calls[name] = (fd, ...rest) => {
      if (closed.has(fd)) late.push(name)
      if (name === "close") closed.add(fd)
      return call.call(kernel, fd, ...rest)
    }
  }
  return late
}

const onSockets = [
  ...["acknowledgedBytes", "close", "disconnect", "getOption", "localAddress", "readErrors"],
  ...["receive", "resetOnClose", "send", "sendBytes", "setOption", "shutdownWrite"],
]
