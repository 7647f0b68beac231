import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import { type Kernel, linuxKernel } from "../kernel.ts"
import { Acceptor } from "./accept.ts"
import { Engine } from "./engine.ts"

test("a closed listener wants nothing of its old number, which may be another socket's by now", () => {
  const { acceptor, wanted } = make()
  acceptor.close()
  wanted.length = 0
  acceptor.reference(false)
  acceptor.reference(true)
  assert.deepEqual(wanted, [])
})

test("a listener that cannot wait any more is still closed, once", async () => {
  const { acceptor, closed } = make()
  acceptor.onFailure(new Error("gone"))
  const error = await Effect.runPromise(Effect.flip(acceptor.accept))
  assert.equal(error.reason._tag, "WaitFailed")
  acceptor.close()
  acceptor.close()
  assert.equal(closed.length, 1)
})

test("whoever waits for a connection hears that the listener was closed", async () => {
  const { acceptor } = make()
  const waiting = Effect.runPromise(Effect.flip(acceptor.accept))
  acceptor.close()
  assert.equal((await waiting).reason._tag, "SocketClosed")
  assert.equal((await Effect.runPromise(Effect.flip(acceptor.accept))).reason._tag, "SocketClosed")
})

/** A listener on a free port of loopback, and what it asks of the reactor and the kernel. */
function make(): { acceptor: Acceptor; wanted: unknown[]; closed: number[] } {
  const kernel = linuxKernel()
  const wanted: unknown[] = []
  const closed: number[] = []
  const seen = new Proxy(kernel, {
    get(target, name) {
      const member = target[name as keyof Kernel]
      if (typeof member !== "function") return member
      return (...args: unknown[]) => {
        if (name === "close") closed.push(args[0] as number)
        return (member as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
  const engine = new Engine(seen, () => {})
  const { reactor } = engine
  const want = reactor.want.bind(reactor)
  reactor.want = (fd, interest) => {
    wanted.push([fd, interest])
    want(fd, interest)
  }
  const address = { family: 4, address: "127.0.0.1", port: 0, scope: 0 } as const
  const acceptor = new Acceptor(engine, address, { backlog: 5, reusePort: false })
  return { acceptor, wanted, closed }
}
