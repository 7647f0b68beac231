import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { dial, ending, pattern, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { ZerowireError } from "../../error/mod.ts"
import { simulate } from "../../testing.ts"
import type { Listener } from "../listener.ts"
import { listen } from "../open/listen.ts"
import type { Socket } from "../socket.ts"
import type { ConnectionHandler, ServeOptions } from "./handler.ts"

const local = { hostname: "127.0.0.1", port: 0 }
const bytes = pattern(3_000_000)

test("a socket is closed when its handler returns, after everything that was written", async () => {
  const write: ConnectionHandler = (socket) => {
    // The close waits for it.
    socket.writable.getWriter().write(bytes).catch(() => {})
  }
  await serving(write, async ({ port, errors }) => {
    const peers = await Promise.all([1, 2, 3].map(() => dial(port)))
    for (const peer of peers) assert.equal(sha256(await receiveAll(peer)), sha256(bytes))
    assert.deepEqual(errors, [])
  })
})

test("a handler may take its time, and others are served meanwhile", async () => {
  const go = Promise.withResolvers<void>()
  let first = true
  const handler: ConnectionHandler = async (socket) => {
    const waits = first
    first = false
    if (waits) await go.promise
    await socket.writable.getWriter().write(pattern(waits ? 1 : 2))
  }
  await serving(handler, async ({ port }) => {
    const slow = receiveAll(await dial(port))
    assert.equal((await receiveAll(await dial(port))).byteLength, 2)
    go.resolve()
    assert.equal((await slow).byteLength, 1)
  })
})

test("a handler that throws resets its connection, and no other", async () => {
  const failures: unknown[] = [new Error("sync"), new Error("async"), undefined]
  const thrown = [...failures]
  const handler: ConnectionHandler = (socket) => {
    if (failures.length === 0) return socket.writable.getWriter().write(bytes)
    const failure = failures.shift()
    if (failures.length === 2) throw failure
    return Promise.reject(failure)
  }
  await serving(handler, async ({ port, errors, told }) => {
    for (const failure of thrown) {
      assert.equal(await endingOf(port), "reset")
      const [error, socket] = await told()
      assert.equal(error, failure)
      assert.ok(socket !== undefined && socket.remoteAddr.port > 0)
    }
    assert.equal(sha256(await receiveAll(await dial(port))), sha256(bytes))
    assert.equal(errors.length, 3)
  })
})

test("what a handler has left under way fails with its error as the cause", async () => {
  const failure = new Error("no")
  const read = Promise.withResolvers<unknown>()
  const handler: ConnectionHandler = (socket) => {
    read.resolve(failureOf(socket.readable.getReader().read()))
    throw failure
  }
  await serving(handler, async ({ port }) => {
    assert.equal(await endingOf(port), "reset")
    const error = await read.promise as ZerowireError
    assert.deepEqual([error.reason._tag, error.cause], ["Aborted", failure])
  })
})

test("a handler that throws after it has ended its writing still closes", async () => {
  const handler: ConnectionHandler = async (socket) => {
    await socket.writable.getWriter().write(bytes)
    await socket.closeWrite()
    throw new Error("after the end")
  }
  await serving(handler, async ({ port, told }) => {
    assert.equal(sha256(await receiveAll(await dial(port))), sha256(bytes))
    assert.match(String((await told())[0]), /after the end/)
  })
})

test("a handler that throws while its own close goes on loses nothing", async () => {
  const written = pattern(24 << 20)
  const handler: ConnectionHandler = (socket) => {
    // More than there is room for, so that the close waits.
    const writer = socket.writable.getWriter()
    writer.write(written).catch(() => {})
    writer.write(bytes).catch(() => {})
    socket.close().catch(() => {})
    throw new Error("after the close")
  }
  await serving(handler, async ({ port, told }) => {
    const received = await receiveAll(await dial(port))
    assert.equal(received.byteLength, written.byteLength + bytes.byteLength)
    assert.match(String((await told())[0]), /after the close/)
  })
})

test("a handler that has closed or aborted the socket itself is not reported", async () => {
  let aborts = true
  const handler: ConnectionHandler = async (socket) => {
    if (aborts) await socket.abort()
    else await socket.close()
  }
  await serving(handler, async ({ port, errors }) => {
    assert.equal(await endingOf(port), "reset")
    aborts = false
    assert.equal(await endingOf(port), "fin")
    assert.deepEqual(errors, [])
  })
})

test("bytes that are lost after the handler has returned are reported", async () => {
  const simulation = simulate()
  const errors: unknown[] = []
  await simulation.run(async () => {
    const listener = await simulation.listen(
      { port: 80, closeTimeout: 1000, onError: (error) => errors.push(error) },
      (socket) => void socket.writable.getWriter().write(new Uint8Array(24 << 20)).catch(() => {}),
    )
    const client = await simulation.connect({ port: 80 })
    await simulation.sleep(5000)
    await client.abort()
    await listener.shutdown()
  })
  assert.equal(errors.length, 1)
  const [error] = errors
  assert.ok(error instanceof ZerowireError && error.reason._tag === "ConnectionLost")
  assert.equal(error.reason.code, "ETIMEDOUT")
})

test("accept and loops are refused while a handler gets all connections", async () => {
  await serving(() => {}, async ({ listener }) => {
    const refusal = { name: "TypeError", message: /the handler .* gets all connections/ }
    await assert.rejects(listener.accept(), refusal)
    await assert.rejects(listener[Symbol.asyncIterator]().next(), refusal)
  })
})

test("closing the listener ends accepting, and lets the handlers go on", async () => {
  const go = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const handler: ConnectionHandler = async (socket, listener) => {
    listener.close()
    begun.resolve()
    await go.promise
    await socket.writable.getWriter().write(bytes)
  }
  await serving(handler, async ({ port, errors }) => {
    const received = receiveAll(await dial(port))
    await begun.promise
    go.resolve()
    assert.equal(sha256(await received), sha256(bytes))
    assert.deepEqual(errors, [])
  })
})

test("errors go to the console without onError, and if onError throws", async () => {
  const handler: ConnectionHandler = () => {
    throw new Error("of the handler")
  }
  const throwing = () => {
    throw new Error("of onError")
  }
  for (
    const [options, name] of [[{}, "the handler"], [{ onError: throwing }, "onError"]] as const
  ) {
    const line = await hearing(async () => {
      const listener = await listen({ ...local, ...options }, handler)
      assert.equal(await endingOf(listener.addr.port), "reset")
      await listener.shutdown()
    })
    assert.match(line, /the handler of a connection from 127.0.0.1:\d+ failed: Error: of /)
    assert.ok(line.endsWith(`of ${name}`), line)
  }
})

test("a handler and an onError that are not functions are refused, and unknown options", async () => {
  for (const handler of [null, "handler", {}, 5]) {
    await assert.rejects(listen(local, handler as never), /handler .*a function/)
  }
  await assert.rejects(listen({ ...local, onError: 5 as never }, () => {}), /onError .*a function/)
  const message = /onError.* goes with a handler/
  await assert.rejects(listen({ ...local, onError() {} } as never), message)
  await assert.rejects(listen({ ...local, handler() {} } as never), /second argument/)
  await assert.rejects(listen({ ...local, prot: 5 } as never, () => {}), /"port"/)
})

interface Served {
  readonly listener: Listener
  readonly port: number
  readonly errors: readonly [unknown, Socket | undefined][]
  /** The next error that is reported. */
  readonly told: () => Promise<[unknown, Socket | undefined]>
}

/** Serves `handler` while `use` runs, and shuts the listener down. */
async function serving(
  handler: ConnectionHandler,
  use: (served: Served) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const errors: [unknown, Socket | undefined][] = []
  let heard = 0
  let wake = () => {}
  const onError: ServeOptions["onError"] = (error, socket) => {
    errors.push([error, socket])
    wake()
  }
  const told = async () => {
    while (errors.length <= heard) await new Promise<void>((resolve) => wake = resolve)
    return errors[heard++]
  }
  const listener = await listen({ ...local, onError, ...options }, handler)
  try {
    await use({ listener, port: listener.addr.port, errors, told })
  } finally {
    await listener.shutdown()
  }
}

/** How a connection ends. The reset may come before the client knows that it is connected. */
const endingOf = (port: number): Promise<"fin" | "reset"> =>
  dial(port).then(ending, () => "reset" as const)

/** The one line that `body` writes to `console.error`. */
async function hearing(body: () => Promise<void>): Promise<string> {
  const { error } = console
  const heard = Promise.withResolvers<string>()
  // deno-lint-ignore no-console -- what is tested
  console.error = (...values) => heard.resolve(values.map(String).join(" "))
  try {
    await body()
    return await heard.promise
  } finally {
    // deno-lint-ignore no-console -- as above
    console.error = error
  }
}
