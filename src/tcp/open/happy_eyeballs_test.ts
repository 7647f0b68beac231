import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { failureOf } from "../../../test/failure.ts"
import { needsLibc } from "../../../test/libc.ts"
import { freePort, Silent } from "../../../test/silent_listener.ts"
import { linuxKernel } from "../../kernel/mod.ts"
import type { InetAddress, Kernel, Poller } from "../../kernel/port.ts"
import { Stack } from "../../stack/stack.ts"
import { connectToAny, interleaved } from "./happy_eyeballs.ts"
import { listen } from "./listen.ts"

test("families are tried in turn, the preferred one first", () => {
  const [a, b, c] = ["::1", "::2", "::3"].map((address) => inet(address, 1))
  const [x, y] = ["10.0.0.1", "10.0.0.2"].map((address) => inet(address, 1))
  assert.deepEqual(interleaved([a, b, c, x, y]), [a, x, b, y, c])
  assert.deepEqual(interleaved([x, a, b, c]), [x, a, b, c])
  assert.deepEqual(interleaved([x, y, a]), [x, a, y])
  assert.deepEqual(interleaved([x]), [x])
})

test(
  "if the first address does not answer, the second one is tried after 250 ms",
  needsLibc,
  async () => {
    await using silent = await Silent.open("::1")
    await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
    const tried: string[] = []
    const open = new Set<number>()
    const stack = recordingStack(tried, open)

    const fd = await Effect.runPromise(
      Effect.gen(function* () {
        const addresses = [inet("::1", silent.port), inet("127.0.0.1", listener.addr.port)]
        const attempt = yield* Effect.forkChild(connectToAny(stack, addresses, new Set()))
        yield* TestClock.adjust(249)
        assert.deepEqual(tried, ["::1"])
        yield* TestClock.adjust(1)
        assert.deepEqual(tried, ["::1", "127.0.0.1"])
        return yield* Fiber.join(attempt)
      }).pipe(Effect.provide(TestClock.layer())),
    )
    assert.equal(stack.kernel.peerAddress(fd)?.address, "127.0.0.1")
    // The losing attempt was closed.
    assert.deepEqual([...open], [fd])
    stack.kernel.close(fd)
    await stack.reactor.close()
  },
)

test("if the first address refuses, the second one is tried at once", needsLibc, async () => {
  const refusing = await freePort("::1")
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const tried: string[] = []
  const stack = recordingStack(tried)
  // The clock stands still: timers never fire.
  const fd = await Effect.runPromise(
    connectToAny(stack, [inet("::1", refusing), inet("127.0.0.1", listener.addr.port)], new Set())
      .pipe(
        Effect.provide(TestClock.layer()),
      ),
  )
  assert.deepEqual(tried, ["::1", "127.0.0.1"])
  stack.kernel.close(fd)
  await stack.reactor.close()
})

test("the first address can still win after the second one was tried", needsLibc, async () => {
  await using slow = await Silent.open("127.0.0.1")
  await using silent = await Silent.open("::1")
  const tried: string[] = []
  const stack = recordingStack(tried)
  const attempt = Effect.runPromise(
    connectToAny(stack, [inet("127.0.0.1", slow.port), inet("::1", silent.port)], new Set()),
  )
  while (tried.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  // The kernel sends the SYN again after a second; then there is room in the backlog.
  await slow.answer()
  const fd = await attempt
  assert.equal(stack.kernel.peerAddress(fd)?.address, "127.0.0.1")
  stack.kernel.close(fd)
  await stack.reactor.close()
})

test(
  "when two addresses answer at once, one connection is kept and the other closed",
  needsLibc,
  async () => {
    await using listener = await listen({ hostname: "::", port: 0 })
    const { port } = listener.addr
    const tried: string[] = []
    const open = new Set<number>()
    const view = { blind: true }
    const stack = recordingStack(tried, open, view)
    await Effect.runPromise(
      Effect.gen(function* () {
        const addresses = [inet("::1", port), inet("127.0.0.1", port)]
        const attempt = yield* Effect.forkChild(connectToAny(stack, addresses, new Set()))
        yield* TestClock.adjust(250)
        // Both were tried before an answer was seen; the next poll shows both at once.
        assert.deepEqual(tried, ["::1", "127.0.0.1"])
        view.blind = false
        const fd = yield* Fiber.join(attempt)
        assert.deepEqual([...open], [fd])
        stack.kernel.close(fd)
      }).pipe(Effect.provide(TestClock.layer())),
    )
    await stack.reactor.close()
  },
)

test("when every address fails, the cause of the error holds each failure", needsLibc, async () => {
  const [first, second] = [await freePort("::1"), await freePort("127.0.0.1")]
  const stack = recordingStack()
  const failure = await failureOf(
    Effect.runPromise(
      connectToAny(stack, [inet("::1", first), inet("127.0.0.1", second)], new Set()),
    ),
  )
  assert.match(failure.message, new RegExp(`127\\.0\\.0\\.1:${second}: ECONNREFUSED`))
  const messages = (failure.cause as AggregateError).errors.map(({ message }: Error) => message)
  assert.equal(messages.length, 2)
  assert.match(messages[0], new RegExp(`\\[::1\\]:${first}: ECONNREFUSED`))
  await stack.reactor.close()
})

test("interrupting the attempts closes all of them", needsLibc, async () => {
  await using one = await Silent.open("::1")
  await using two = await Silent.open("127.0.0.1")
  const tried: string[] = []
  const open = new Set<number>()
  const stack = recordingStack(tried, open)
  const attempt = Effect.runFork(
    connectToAny(stack, [inet("::1", one.port), inet("127.0.0.1", two.port)], new Set()),
  )
  while (tried.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await Effect.runPromise(Fiber.interrupt(attempt))
  assert.equal(open.size, 0)
  await stack.reactor.close()
})

const inet = (address: string, port: number): InetAddress => ({
  family: address.includes(":") ? 6 : 4,
  address,
  port,
  scope: 0,
})

/**
 * A separate stack, which records its connections and its open sockets. While its view is blind it sees
 * no events.
 */
function recordingStack(
  tried: string[] = [],
  open = new Set<number>(),
  view = { blind: false },
): Stack {
  const kernel = linuxKernel()
  const telling = new Proxy(kernel, {
    get(target, key) {
      const value = target[key as keyof Kernel]
      if (typeof value !== "function") return value
      return (...args: unknown[]) => {
        if (key === "connect") tried.push((args[1] as InetAddress).address)
        const result: unknown = Reflect.apply(value, target, args)
        if (key === "socket") open.add(result as number)
        if (key === "close") open.delete(args[0] as number)
        return key === "poller" ? seeing(result as Poller, view) : result
      }
    },
  })
  return new Stack(telling, () => {})
}

const seeing = (poller: Poller, view: { blind: boolean }): Poller => ({
  looksPay: poller.looksPay,
  add: (fd, tag) => poller.add(fd, tag),
  remove: (fd) => poller.remove(fd),
  poll: (visit) => view.blind ? 0 : poller.poll(visit),
  defer: (fd, tag, deferred) => poller.defer(fd, tag, deferred),
  pollDeferred: (visit, most) => view.blind ? 0 : poller.pollDeferred(visit, most),
  wakeForDeferred: (wake) => poller.wakeForDeferred(wake),
  prepare: () => poller.prepare(),
  park: () => poller.park(),
  rest: () => poller.rest(),
  reference: (keepAlive) => poller.reference(keepAlive),
  close: () => poller.close(),
  abandon: () => poller.abandon(),
})
