import assert from "node:assert/strict"
import { test } from "node:test"
import { Pauses } from "./pause.ts"

test("there is no pause for few senders", () => {
  const pauses = new Pauses()
  assert.equal(pauses.next(15, 0), 0)
  assert.ok(pauses.next(16, 0) > 0)
})

test("pauses grow while few senders run short, to 32 ms", () => {
  assert.deepEqual(lengths(new Pauses(), [0, 6, 6, 6, 6, 6]), [2, 4, 8, 16, 32, 32])
})

test("pauses grow to a millisecond for every eight senders where these are many", () => {
  const pauses = new Pauses()
  const next = () => pauses.next(1000, 0)
  assert.deepEqual(Array.from({ length: 8 }, next), [2, 4, 8, 16, 32, 64, 125, 125])
  assert.equal(pauses.next(1000, 1), 8)
})

test("pauses keep their length while some senders run short, and shrink to 1 ms when most do", () => {
  const pauses = new Pauses()
  assert.deepEqual(lengths(pauses, [0, 0, 0, 7, 25, 7]), [2, 4, 8, 8, 8, 8])
  assert.deepEqual(lengths(pauses, [26, 26, 100, 100]), [4, 2, 1, 1])
})

test("while one of the crowd also reads, and once afterwards, no pause takes longer than 8 ms", () => {
  const pauses = new Pauses()
  lengths(pauses, [0, 0, 0, 0, 0])
  assert.equal(pauses.next(100, 1), 8)
  for (let i = 0; i < 7; i++) pauses.short()
  assert.equal(pauses.next(100, 0), 8)
})

test("a sender that ran short counts once", () => {
  const pauses = new Pauses()
  lengths(pauses, [0, 0, 0])
  assert.deepEqual(lengths(pauses, [26, 0]), [4, 8])
})

/** The lengths of the pauses of a hundred senders, of which this many ran short before each pause. */
const lengths = (pauses: Pauses, ranShort: readonly number[]): number[] =>
  ranShort.map((count) => {
    for (let i = 0; i < count; i++) pauses.short()
    return pauses.next(100, 0)
  })
