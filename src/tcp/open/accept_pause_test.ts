import assert from "node:assert/strict"
import { test } from "node:test"
import { accepting } from "../../../test/accepting.ts"
import { failureOf } from "../../../test/failure.ts"
import { dial } from "../../../test/plain_peer.ts"
import { errno, errnoName } from "../../kernel/port.ts"
import { connectionErrors, roomErrors } from "./accept_pause.ts"
import { listen } from "./listen.ts"
import { simulate, type Simulation } from "../../testing.ts"

const local = { hostname: "127.0.0.1", port: 0 }

test("what fails because of one connection is passed over, whatever it is", async () => {
  await using listener = await listen(local)
  for (const number of connectionErrors) {
    const failures = [-number, -number, -errno.EINTR, -number]
    const warnings = await hearing(() =>
      accepting(() => failures.shift(), async () => {
        const [peer, socket] = await Promise.all([dial(listener.addr.port), listener.accept()])
        await socket.abort()
        peer.destroy()
      })
    )
    assert.deepEqual([failures, warnings], [[], []], errnoName(number))
  }
})

test("without room connections wait, a warning names the cure, and accepting goes on", async () => {
  for (const number of roomErrors) {
    await using listener = await listen(local)
    const warnings = await hearing(() => {
      let left = 3
      return accepting(() => left-- > 0 ? -number : undefined, async () => {
        const [peer, socket] = await Promise.all([dial(listener.addr.port), listener.accept()])
        await socket.abort()
        peer.destroy()
      })
    })
    assert.equal(warnings.length, 1)
    const { port } = listener.addr
    const name = errnoName(number)
    assert.match(
      warnings[0],
      new RegExp(`new connections must wait. Cannot accept on .*:${port}: ${name}. `),
    )
  }
})

test("a problem of the listener itself is an error", async () => {
  await using listener = await listen(local)
  for (const number of [errno.EBADF, errno.EINVAL, errno.ENOTSOCK, errno.EFAULT]) {
    await accepting(() => -number, async () => {
      const { reason } = await failureOf(listener.accept())
      assert.ok(reason._tag === "ListenFailed")
      assert.deepEqual([reason.code, reason.action], [errnoName(number), "accept"])
    })
  }
})

test("closing a listener in a pause ends all waits, and leaves no timer", async () => {
  const listener = await listen(local)
  await accepting(() => -errno.EMFILE, async () => {
    const loop = (async () => {
      for await (const socket of listener) await socket.abort()
    })()
    const waiting = [failureOf(listener.accept()), failureOf(listener.accept())]
    await new Promise((resolve) => setTimeout(resolve, 5))
    listener.close()
    for (const { reason } of await Promise.all(waiting)) assert.equal(reason._tag, "SocketClosed")
    await loop
  })
})

test("a descriptor that is closed lets the next connection in at once", async () => {
  await inside(async (simulation) => {
    await using listener = await simulation.listen(local)
    const { port } = listener.addr
    const first = await simulation.connect({ port })
    const accepted = await listener.accept()
    const second = await simulation.connect({ port })
    simulation.limits.files = simulation.stats().openFiles
    const waiting = listener.accept()
    await simulation.sleep(100_000)
    const closed = simulation.now
    // Both ends close one, so that there is room for one.
    await accepted.abort()
    const next = await waiting
    assert.equal(simulation.now, closed)
    await Promise.all([first, second, next].map((socket) => socket.abort()))
  })
})

test("room that other processes make is found within a second, without spinning", async () => {
  for (const number of [errno.EMFILE, errno.EPERM]) {
    await inside(async (simulation) => {
      await using listener = await simulation.listen(local)
      const { kernel } = simulation
      const accept = kernel.accept.bind(kernel)
      let calls = 0
      kernel.accept = () => (calls++, -number)
      const socket = await simulation.connect({ port: listener.addr.port })
      const waiting = listener.accept()
      await simulation.sleep(100_000)
      // A hundred pauses of a second, before them some shorter ones.
      const tries = number === errno.EPERM ? calls / 100 : calls
      assert.ok(tries > 100 && tries < 120, `${tries}`)
      kernel.accept = accept
      const before = simulation.now
      const accepted = await waiting
      assert.ok(simulation.now - before <= 1000)
      await Promise.all([socket, accepted].map((socket) => socket.abort()))
    })
  }
})

test("connections that come in a pause wake nobody, and all are accepted afterwards", async () => {
  await inside(async (simulation) => {
    await using listener = await simulation.listen(local)
    const { kernel } = simulation
    const accept = kernel.accept.bind(kernel)
    let calls = 0
    kernel.accept = () => (calls++, -errno.ENFILE)
    const accepts = [1, 2, 3].map(() => listener.accept())
    await simulation.sleep(50_000)
    const before = calls
    const peers = []
    for (let i = 0; i < 3; i++) peers.push(await simulation.connect({ port: listener.addr.port }))
    assert.equal(calls, before)
    kernel.accept = accept
    const sockets = await Promise.all(accepts)
    assert.equal(new Set(sockets.map(({ remoteAddr }) => remoteAddr.port)).size, 3)
    await Promise.all([...peers, ...sockets].map((socket) => socket.abort()))
  })
})

test("one warning is shown per shortage, and another only after a minute without trouble", async () => {
  const warnings = await hearing(() =>
    inside(async (simulation) => {
      await using listener = await simulation.listen(local)
      const { kernel } = simulation
      const accept = kernel.accept.bind(kernel)
      const served = async (failures: number) => {
        kernel.accept = (fd) => failures-- > 0 ? -errno.EMFILE : accept(fd)
        const [socket, accepted] = await Promise.all([
          simulation.connect({ port: listener.addr.port }),
          listener.accept(),
        ])
        await Promise.all([socket, accepted].map((socket) => socket.abort()))
      }
      for (let i = 0; i < 20; i++) {
        await served(3)
        await simulation.sleep(10_000)
      }
      await simulation.sleep(60_000)
      await served(3)
    })
  )
  assert.equal(warnings.length, 2)
})

/** The console's warnings while `body` runs. */
async function hearing(body: () => Promise<void>): Promise<readonly string[]> {
  const { console } = globalThis
  const heard: string[] = []
  globalThis.console = { ...console, warn: (...words) => void heard.push(words.join(" ")) }
  try {
    await body()
  } finally {
    globalThis.console = console
  }
  return heard
}

function inside(body: (simulation: Simulation) => Promise<void>): Promise<void> {
  const simulation = simulate()
  return simulation.run(() => body(simulation))
}
