import { test } from "node:test"
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import { run } from "../../test/effect_program.ts"
import { dial, PlainServer } from "../../test/plain_peer.ts"
import { connect, listen } from "../effect.ts"
import { linuxKernel } from "../kernel/mod.ts"
import { Stack } from "../stack/stack.ts"
import { CurrentStack } from "./stack.ts"

test("an interruption between any two steps of accept leaves no socket open", async () => {
  const { stack, sockets } = counted()
  await run(
    Effect.gen(function* () {
      const listener = yield* listen({ hostname: "127.0.0.1", port: 0 })
      for (const [stride, steps] of places) {
        const peer = yield* Effect.promise(() => dial(listener.addr.port))
        yield* interruptedAfter(stride, steps, Effect.scoped(listener.accept))
        assert.equal(sockets(), 1, `after ${steps} times ${stride} steps`)
        peer.destroy()
      }
    }).pipe(Effect.provideService(CurrentStack, () => stack)),
  )
  await stack.reactor.close()
})

test("an interruption between any two steps of listen leaves no socket open", async () => {
  const { stack, sockets } = counted()
  await run(
    Effect.gen(function* () {
      for (const [stride, steps] of places) {
        const listening = Effect.scoped(listen({ hostname: "127.0.0.1", port: 0 }))
        yield* interruptedAfter(stride, steps, listening)
        assert.equal(sockets(), 0, `after ${steps} times ${stride} steps`)
      }
    }).pipe(Effect.provideService(CurrentStack, () => stack)),
  )
  await stack.reactor.close()
})

for (const limits of [{}, { connectTimeout: 10_000 }]) {
  const name = `connect with ${JSON.stringify(limits)}`
  test(`an interruption between any two steps of ${name} leaves no socket open`, async () => {
    const { stack, sockets } = counted()
    await using server = await PlainServer.open()
    await run(
      Effect.gen(function* () {
        for (const [stride, steps] of places) {
          const connecting = Effect.scoped(connect({ port: server.port, ...limits }))
          yield* interruptedAfter(stride, steps, connecting)
          assert.equal(sockets(), 0, `after ${steps} times ${stride} steps`)
        }
      }).pipe(Effect.provideService(CurrentStack, () => stack)),
    )
    await stack.reactor.close()
  })
}

/** Starts `program`, and interrupts it after a number of strides, each of a number of steps. */
const interruptedAfter = (
  stride: number,
  strides: number,
  program: Effect.Effect<unknown, unknown>,
) =>
  Effect.gen(function* () {
    const walking = Effect.provideService(program, MaxOpsBeforeYield, stride)
    const fiber = yield* Effect.forkChild(walking, { startImmediately: true })
    for (let i = 0; i < strides; i++) yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
  })

/** Where to interrupt. Strides of different lengths reach different places. */
const places = [3, 4].flatMap((stride) =>
  Array.from({ length: 50 }, (_, strides) => [stride, strides] as const)
)

/** A stack that counts its sockets. */
function counted(): { readonly stack: Stack; sockets(): number } {
  const linux = linuxKernel()
  let open = 0
  const made = (fd: number) => {
    if (fd >= 0) open++
    return fd
  }
  const counting = {
    socket: (family: 4 | 6) => made(linux.socket(family)),
    accept: (fd: number) => made(linux.accept(fd)),
    close(fd: number) {
      open--
      return linux.close(fd)
    },
  }
  const kernel = new Proxy(linux, {
    get: (target, name) => {
      if (name in counting) return counting[name as keyof typeof counting]
      const value = Reflect.get(target, name)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
  return { stack: new Stack(kernel, () => {}), sockets: () => open }
}
