import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { errno } from "../../kernel/port.ts"
import { simulate } from "../../testing.ts"

const local = { hostname: "127.0.0.1", port: 0 }

test("a handler gets connections that had to wait for room, after one report", async () => {
  const simulation = simulate()
  const { kernel } = simulation
  const accept = kernel.accept.bind(kernel)
  const { console } = globalThis
  const warnings: string[] = []
  globalThis.console = { ...console, warn: (warning) => void warnings.push(warning) }
  await simulation.run(async () => {
    const served: number[] = []
    await using listener = await simulation.listen(
      local,
      (socket) => void served.push(socket.remoteAddr.port),
    )
    kernel.accept = () => -errno.EMFILE
    const { port } = listener.addr
    const clients = [await simulation.connect({ port }), await simulation.connect({ port })]
    await simulation.sleep(10_000)
    assert.deepEqual(served, [])
    kernel.accept = accept
    await simulation.sleep(2000)
    assert.deepEqual(served, clients.map(({ localAddr }) => localAddr.port))
    await Promise.all(clients.map((client) => client.abort()))
  }).finally(() => globalThis.console = console)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0], /new connections must wait.* EMFILE/)
})

test("onError hears of a listener that can accept nothing more, and it is closed", async () => {
  const simulation = simulate()
  const { kernel } = simulation
  const accept = kernel.accept.bind(kernel)
  await simulation.run(async () => {
    const told: unknown[][] = []
    const listener = await simulation.listen(
      { ...local, onError: (...reasons) => void told.push(reasons) },
      () => assert.fail("it was called"),
    )
    const { port } = listener.addr
    await simulation.sleep(10)
    kernel.accept = () => -errno.EBADF
    const connecting = simulation.connect({ port }).then((client) => client.abort(), () => {})
    await simulation.sleep(10_000)
    kernel.accept = accept
    assert.equal(told.length, 1)
    const [error, socket] = told[0]
    const { reason } = error as ZerowireError
    assert.equal(reason._tag === "ListenFailed" && reason.code, "EBADF")
    assert.equal(socket, undefined)
    assert.equal((await failureOf(simulation.connect({ port }))).reason._tag, "ConnectFailed")
    await connecting
  })
})

test("a listener that its handler closes is asked for nothing more", async () => {
  const simulation = simulate()
  const { kernel } = simulation
  const accept = kernel.accept.bind(kernel)
  let closed = false
  await simulation.run(async () => {
    const listener = await simulation.listen(local, (_socket, listener) => {
      listener.close()
      closed = true
    })
    kernel.accept = (fd) => {
      assert.equal(closed, false, "the number of its file descriptor may belong to another socket")
      return accept(fd)
    }
    const client = await simulation.connect({ port: listener.addr.port })
    await simulation.sleep(1000)
    assert.equal(closed, true)
    await client.abort()
  })
})
