import assert from "node:assert/strict"
import { test } from "node:test"
import { FlushTimer } from "./flush_timer.ts"

test("a flush waits for a file that is being opened", () => {
  const { timer, turn, flushes } = make()
  timer.start()
  const opened = timer.await()
  for (let i = 0; i < 3; i++) turn()
  assert.equal(flushes(), 0)
  opened()
  turn()
  assert.equal(flushes(), 1)
})

test("a flush does not wait for long, whatever is awaited", () => {
  const { timer, turn, flushes } = make()
  timer.start()
  timer.await()
  for (let i = 0; i < 100; i++) turn()
  assert.equal(flushes(), 1)
  timer.start()
  turn()
  assert.equal(flushes(), 2)
})

test("ending one wait twice does not end another", () => {
  const { timer, turn, flushes } = make()
  timer.start()
  const [first, second] = [timer.await(), timer.await()]
  first()
  first()
  turn()
  assert.equal(flushes(), 0)
  second()
  turn()
  assert.equal(flushes(), 1)
})

test("the next file is waited for, too", () => {
  const { timer, turn, flushes } = make()
  timer.start()
  const opened = timer.await()
  for (let i = 0; i < 100; i++) turn()
  opened()
  timer.start()
  timer.await()
  turn()
  assert.equal(flushes(), 1)
})

function make() {
  let tasks: (() => void)[] = []
  let count = 0
  const timer = new FlushTimer({ run: (task) => tasks.push(task) }, () => count++)
  const turn = () => {
    const due = tasks
    tasks = []
    for (const task of due) task()
  }
  return { timer, turn, flushes: () => count }
}
