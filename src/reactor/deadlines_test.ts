import assert from "node:assert/strict"
import { test } from "node:test"
import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import { simulate } from "../testing.ts"
import { Deadline, Deadlines } from "./deadlines.ts"

function virtual() {
  const simulation = simulate()
  return { simulation, deadlines: new Deadlines(Context.make(Clock, simulation.clock)) }
}

test("a deadline expires once, not before its time and at most a sixteenth later", async () => {
  for (const millis of [0, 1, 20, 999, 30_000, 3_600_000]) {
    const { simulation, deadlines } = virtual()
    const expired: number[] = []
    new Deadline(deadlines, () => expired.push(simulation.now)).start(millis)
    await simulation.settle()
    assert.equal(expired.length, 1)
    assert.ok(expired[0] >= millis && expired[0] <= millis * 17 / 16 + 1, `${millis}: ${expired}`)
    assert.equal(deadlines.armed, false)
  }
})

test("a deadline that is started again counts from then", async () => {
  const { simulation, deadlines } = virtual()
  const expired: number[] = []
  const deadline = new Deadline(deadlines, () => expired.push(simulation.now))
  await simulation.run(async () => {
    for (let i = 0; i < 20; i++) {
      deadline.start(1000)
      await simulation.sleep(900)
    }
    deadline.start(100)
    await simulation.sleep(10_000)
  })
  assert.equal(expired.length, 1)
  assert.ok(expired[0] >= 18_100 && expired[0] <= 18_110, String(expired))
})

test("a deadline that is stopped does not expire, and leaves no timer", async () => {
  const { simulation, deadlines } = virtual()
  const deadline = new Deadline(deadlines, () => assert.fail("expired"))
  deadline.start(1000)
  assert.ok(deadlines.armed)
  deadline.stop()
  assert.deepEqual([deadlines.armed, deadlines.groups], [false, 0])
  deadline.start(5000)
  deadline.start(10)
  deadline.stop()
  assert.deepEqual([deadlines.armed, deadlines.groups], [false, 0])
  await simulation.settle()
})

test("a deadline can start and stop others while it expires", async () => {
  const { simulation, deadlines } = virtual()
  const expired: string[] = []
  const stopped = new Deadline(deadlines, () => expired.push("stopped"))
  const started = new Deadline(deadlines, () => expired.push("started"))
  const again = new Deadline(deadlines, () => {
    expired.push("again")
    if (expired.length < 4) again.start(0)
  })
  const first = new Deadline(deadlines, () => {
    stopped.stop()
    started.start(500)
    again.start(0)
  })
  for (const deadline of [first, stopped, started]) deadline.start(1000)
  await simulation.settle()
  assert.deepEqual(expired, ["again", "again", "again", "again", "started"])
  assert.deepEqual([deadlines.armed, deadlines.groups], [false, 0])
})

test("twenty thousand deadlines share a few groups, and one timer", async () => {
  const { simulation, deadlines } = virtual()
  let expired = 0
  await simulation.run(async () => {
    for (let i = 0; i < 20_000; i++) {
      new Deadline(deadlines, () => expired++).start(30_000)
      if (i % 1000 === 0) await simulation.sleep(1500)
    }
    assert.ok(deadlines.groups <= 40, String(deadlines.groups))
    await simulation.sleep(40_000)
  })
  assert.equal(expired, 20_000)
  assert.equal(deadlines.armed, false)
})

test("on the machine's clock a deadline expires too", async () => {
  const deadlines = new Deadlines(Context.empty())
  const never = new Deadline(deadlines, () => assert.fail("expired"))
  never.start(2 ** 40)
  const alive = setTimeout(() => {}, 60_000)
  await new Promise<void>((resolve) => new Deadline(deadlines, resolve).start(20))
  clearTimeout(alive)
  never.stop()
  assert.equal(deadlines.armed, false)
})
