import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import fc from "fast-check"
import { SocketClosed, ZerowireError } from "../error/mod.ts"
import { Waiters } from "./waiters.ts"

const failure = (): ZerowireError => new ZerowireError(new SocketClosed("send"))

test("a waiting caller goes on when its mark is reached, and not before", async () => {
  const waiters = new Waiters(() => {})
  const fiber = Effect.runFork(waiters.until(10))
  waiters.reached(9)
  assert.equal(waiters.size, 1)
  waiters.reached(10)
  assert.equal(waiters.size, 0)
  await Effect.runPromise(Fiber.join(fiber))
})

test("nobody waits for a mark that is already reached", async () => {
  const waiters = new Waiters(() => {})
  waiters.reached(10)
  await Effect.runPromise(waiters.until(10))
  assert.equal(waiters.size, 0)
})

test("a failure reaches all waiting callers", async () => {
  const waiters = new Waiters(() => {})
  const fibers = [5, 6, 7].map((mark) => Effect.runFork(waiters.until(mark)))
  const error = failure()
  waiters.fail(error)
  for (const fiber of fibers) {
    const exit = await Effect.runPromise(Fiber.await(fiber))
    assert.deepEqual(exit, Exit.fail(error))
  }
})

test("a wait after the failure fails at once instead of hanging", async () => {
  const waiters = new Waiters(() => {})
  const error = failure()
  waiters.reached(3)
  waiters.fail(error)
  assert.deepEqual(await Effect.runPromiseExit(waiters.until(4)), Exit.fail(error))
  assert.deepEqual(await Effect.runPromiseExit(waiters.until(3)), Exit.void)
  assert.equal(waiters.size, 0)
})

test("an interrupted wait leaves nothing behind", async () => {
  const waiters = new Waiters(() => {})
  const fiber = Effect.runFork(waiters.until(1))
  const other = Effect.runFork(waiters.until(1))
  await Effect.runPromise(Fiber.interrupt(fiber))
  assert.equal(waiters.size, 1)
  waiters.reached(1)
  await Effect.runPromise(Fiber.join(other))
})

test("the change is reported when the first caller comes and when the last one leaves", async () => {
  const sizes: number[] = []
  const waiters = new Waiters(() => sizes.push(waiters.size))
  const fibers = [1, 2, 3].map((mark) => Effect.runFork(waiters.until(mark)))
  assert.deepEqual(sizes, [1])
  waiters.reached(2)
  assert.deepEqual(sizes, [1])
  waiters.reached(3)
  assert.deepEqual(sizes, [1, 0])
  for (const fiber of fibers) await Effect.runPromise(Fiber.join(fiber))
})

test("whatever the marks and the steps, exactly the callers whose mark is ahead wait", () =>
  fc.assert(
    fc.property(
      fc.array(fc.nat(100), { maxLength: 20 }),
      fc.array(fc.nat(30), { maxLength: 10 }),
      (marks, steps) => {
        const waiters = new Waiters(() => {})
        for (const mark of marks) Effect.runFork(waiters.until(mark))
        let counter = 0
        assert.equal(waiters.size, marks.filter((mark) => mark > 0).length)
        for (const step of steps) {
          waiters.reached(counter += step)
          assert.equal(waiters.size, marks.filter((mark) => mark > counter).length)
        }
      },
    ),
  ))
