import assert from "node:assert/strict"
import { test } from "node:test"
import { Looks } from "./looks.ts"

test("there are no looks before a short sleep, nor after long ones", () => {
  const { looks, sleep } = make()
  looks.found()
  assert.equal(looks.again(), false)
  sleep(100)
  assert.equal(looks.again(), false)
  sleep(0.1)
  assert.equal(looks.again(), true)
  sleep(100)
  assert.equal(looks.again(), false)
})

test("looks end after a time that grows with short sleeps, to 150 µs", () => {
  const { looks, sleep, time } = make()
  const windows = [1, 2, 3, 4].map(() => {
    sleep(0.1)
    const start = time.now
    while (looks.again()) time.now += 0.01
    return Math.round((time.now - start) * 100) / 100
  })
  assert.deepEqual(windows, [0.04, 0.08, 0.15, 0.15])
})

test("looks end after 32 turns, however fast these are, and anew after each event", () => {
  const { looks, sleep } = make()
  sleep(0.1)
  const count = () => {
    let turns = 0
    while (looks.again()) turns++
    return turns
  }
  assert.equal(count(), 32)
  looks.found()
  assert.equal(count(), 32)
})

test("looks that never find anything stop for a while", () => {
  const { looks, sleep } = make()
  const tried = Array.from({ length: 200 }, () => {
    sleep(0.1)
    const looked = looks.again()
    while (looks.again());
    return looked
  })
  assert.deepEqual(tried.slice(0, 8), new Array(8).fill(true))
  assert.deepEqual(tried.slice(8), new Array(192).fill(false))
})

test("looks that find something go on", () => {
  const { looks, sleep } = make()
  for (let i = 0; i < 100; i++) {
    sleep(0.1)
    assert.equal(looks.again(), true, `after ${i} sleeps`)
    looks.found()
    while (looks.again());
  }
})

/** `sleep` parks for so many milliseconds. */
function make(): { looks: Looks; time: { now: number }; sleep: (millis: number) => void } {
  const time = { now: 0 }
  const looks = new Looks(() => time.now)
  const sleep = (millis: number) => {
    looks.parked()
    time.now += millis
    looks.woken()
    looks.found()
  }
  return { looks, time, sleep }
}
