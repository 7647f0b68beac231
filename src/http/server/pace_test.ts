import assert from "node:assert/strict"
import { test } from "node:test"
import { Pace } from "./pace.ts"
import { SendWatch } from "./send_watch.ts"

/** Looks once a second, from second 1 on, at so many bytes. Returns the seconds in which it was too slow. */
function looks(pace: Pace, bytes: readonly number[], waiting: (second: number) => boolean) {
  return bytes.map((n, i) => pace.tooSlow(1000 * (i + 1), n, waiting(i + 1)) ? i + 1 : 0)
    .filter((second) => second > 0)
}
const always = () => true
const growing = (rate: number, seconds: number) =>
  Array.from({ length: seconds }, (_, i) => rate * i)

test("a rate is measured over windows: one slow second is none", () => {
  assert.deepEqual(looks(new Pace(100, 3000), growing(99, 7), always), [3, 6])
  assert.deepEqual(
    looks(new Pace(100, 3000), [0, 0, 300, 300, 300, 600, 600, 600, 900], always),
    [],
  )
})

test("a rate of 0 is kept by nothing at all", () => {
  assert.deepEqual(looks(new Pace(0, 1000), [0, 0, 0, 0], always), [])
})

test("time in which nobody waits does not count, and begins a window anew", () => {
  assert.deepEqual(looks(new Pace(100, 3000), growing(0, 9), () => false), [])
  assert.deepEqual(looks(new Pace(100, 3000), growing(0, 9), (second) => second % 3 !== 0), [])
})

test("the time in which this thread was blocked counts as two seconds at most", () => {
  const pace = new Pace(100, 3000)
  assert.equal(pace.tooSlow(1000, 0, true), false)
  assert.equal(pace.tooSlow(61_000, 0, true), true)
  assert.equal(pace.tooSlow(121_000, 0, true), false)
})

const limits = { sendTimeout: 3000, sendRate: 0, rateWindow: 60_000 }

test("a client is late that has acknowledged nothing, though it has something to take", () => {
  const taking = { acceptedBytes: 10, takenBytes: 5, waitsForPeer: true }
  const watch = new SendWatch(taking, limits)
  const stalled = (second: number) => watch.stalled(1000 * second)
  assert.deepEqual([1, 2, 3, 4].map(stalled), [false, false, false, true])
  // A byte that its kernel has, though there is no room for another one here.
  taking.takenBytes++
  assert.deepEqual([5, 6, 7, 8].map(stalled), [false, false, false, true])
})

test("a client that has taken everything is not late, whatever the queue waits for", () => {
  const slowDisk = { acceptedBytes: 10, takenBytes: 10, waitsForPeer: false }
  const watch = new SendWatch(slowDisk, { ...limits, sendRate: 1000, rateWindow: 1000 })
  for (let second = 1; second < 100; second++) assert.equal(watch.stalled(1000 * second), false)
})
