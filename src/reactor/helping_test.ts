import assert from "node:assert/strict"
import { test } from "node:test"
import { Helping } from "./helping.ts"

test("as many have their turn as fit into a millisecond, one at least and 32 at most", () => {
  let now = 0
  const helping = new Helping(() => now)
  const next = (served: number, millis: number): number => {
    helping.begin()
    now += millis
    helping.end(served)
    return helping.begin()
  }
  assert.equal(helping.begin(), 32)
  assert.equal(next(32, 8), 4)
  assert.equal(next(4, 40), 1)
  assert.equal(next(0, 5), 1, "nobody was ready")
  assert.equal(next(1, 0.125), 8)
  assert.equal(next(8, 0), 32)
})
