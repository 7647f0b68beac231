import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { TurnEnd } from "./turn_end.ts"

test("tasks run once, in order, after all promise reactions that are due", async () => {
  const turnEnd = new TurnEnd()
  const log: string[] = []
  turnEnd.run(() => log.push("first"))
  turnEnd.run(() => log.push("second"))
  await Promise.resolve().then(() => log.push("promise")).then(() => log.push("promise"))
  assert.deepEqual(log, ["promise", "promise"])
  await setImmediate()
  await setImmediate()
  assert.deepEqual(log, ["promise", "promise", "first", "second"])
})

test("a task that is added by a task waits for the next turn", async () => {
  const turnEnd = new TurnEnd()
  const log: string[] = []
  turnEnd.run(() => {
    turnEnd.run(() => log.push("inner"))
    log.push("outer")
  })
  turnEnd.run(() => log.push("beside"))
  while (log.length < 3) await setImmediate()
  assert.deepEqual(log, ["outer", "beside", "inner"])
  await setImmediate()
  assert.equal(log.length, 3)
})

test("a task that throws keeps no other task from running, and none runs twice", () => {
  const turns: (() => void)[] = []
  const turnEnd = new TurnEnd((turn) => turns.push(turn))
  const log: string[] = []
  turnEnd.run(() => log.push("before"))
  turnEnd.run(() => {
    throw new Error("on purpose")
  })
  turnEnd.run(() => log.push("behind"))
  assert.throws(() => turns.shift()?.(), /on purpose/)
  turnEnd.run(() => log.push("later"))
  while (turns.length > 0) turns.shift()?.()
  assert.deepEqual(log, ["before", "behind", "later"])
})

test("one turn is requested, however many tasks wait for it", () => {
  const turns: (() => void)[] = []
  const turnEnd = new TurnEnd((turn) => turns.push(turn))
  for (let i = 0; i < 10; i++) turnEnd.run(() => {})
  assert.equal(turns.length, 1)
})

test("a turn is counted before its tasks run, so what they do belongs to the next", () => {
  const due: (() => void)[] = []
  const turnEnd = new TurnEnd((turn) => due.push(turn))
  const seen: number[] = []
  const look = () => seen.push(turnEnd.turns)
  look()
  turnEnd.run(() => {
    look()
    turnEnd.run(look)
  })
  look()
  while (due.length > 0) due.shift()?.()
  assert.deepEqual(seen, [0, 0, 1, 2])
})
