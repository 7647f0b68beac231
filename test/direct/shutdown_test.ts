import assert from "node:assert/strict"
import type { DirectListenOptions, DirectSocket, ZerowireError } from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"
import { test } from "node:test"
import { bytesOf, Log, type Stage, testOnBoth } from "./stage.ts"

testOnBoth("a shutdown waits for sockets that answer and end", async (stage) => {
  const stops: DirectSocket<number>[] = []
  const { listener, client, log } = await opened(stage, {
    data: 1,
    socket: {
      open: (socket) => void stops.push(socket),
      data: (socket, bytes) => socket.end(bytes),
    },
  })
  assert.deepEqual(listener.connections, stops)
  assert.equal(listener.stopping.aborted, false)
  const ending = listener.shutdown({ deadline: 3_600_000 })
  assert.equal(listener.stopping.aborted, true)
  client.write(bytesOf("last"))
  await log.ended.promise
  assert.equal(log.text, "last")
  assert.deepEqual(await ending, { closed: 1, reset: 0 })
  assert.deepEqual(listener.connections, [])
  await log.closed.promise
  const again = stage.connect({ ...at(listener), socket: log.handlers() })
  await assert.rejects(again, ({ reason }: ZerowireError) => reason._tag === "ConnectFailed")
})

testOnBoth("a shutdown resets at the deadline, and `close` says why", async (stage) => {
  const closed = Promise.withResolvers<ZerowireError | undefined>()
  const { listener, log } = await opened(stage, {
    socket: { data: () => {}, close: (_, error) => closed.resolve(error) },
  })
  assert.deepEqual(await listener.shutdown({ deadline: 0 }), { closed: 0, reset: 1 })
  const error = await closed.promise
  assert.equal(error?.reason._tag, "Aborted")
  assert.match(String(error?.cause), /deadline of shutdown\(\) passed: 0 ms/)
  const lost = await log.closed.promise as ZerowireError
  assert.equal(lost.reason._tag, "ConnectionLost")
})

testOnBoth("a socket that ends its part before a shutdown is not waited for", async (stage) => {
  const { listener, client, log } = await opened(stage, { socket: { data: () => {} } })
  client.end()
  await log.closed.promise
  assert.deepEqual(await listener.shutdown(), { closed: 0, reset: 0 })
})

test("a shutdown lasts as long as its sockets, up to the deadline", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const { listener } = await opened(simulation, { socket: { data: () => {} } })
    const before = simulation.now
    assert.deepEqual(await listener.shutdown({ deadline: 10_000 }), { closed: 0, reset: 1 })
    assert.ok(simulation.now - before >= 10_000)
  })
})

testOnBoth("options of a shutdown are checked, and nothing is stopped then", async (stage) => {
  const { listener, client } = await opened(stage, {
    socket: { data: (socket, bytes) => void socket.write(bytes) },
  })
  await assert.rejects(listener.shutdown({ dedline: 1 } as never), /"deadline"/)
  await assert.rejects(listener.shutdown({ deadline: -1 }), /deadline/)
  assert.equal(listener.stopping.aborted, false)
  client.terminate()
  await listener.shutdown()
})

/** A listener, and a client that it has accepted. */
async function opened<Data>(
  stage: Stage,
  options: Omit<DirectListenOptions<Data>, "port" | "hostname">,
) {
  const accepted = Promise.withResolvers<void>()
  const { open } = options.socket
  const listener = await stage.listen<Data>({
    ...options,
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      ...options.socket,
      open(socket) {
        accepted.resolve()
        return open?.(socket)
      },
    },
  })
  const log = new Log()
  const client = await stage.connect({ ...at(listener), socket: log.handlers() })
  await accepted.promise
  return { listener, client, log }
}

const at = ({ addr }: { readonly addr: { readonly port: number } }) => ({
  hostname: "127.0.0.1",
  port: addr.port,
})
