import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nextId, rangeCount, rangeIncludes } from "./range.ts"

test("a range of one id counts one", () => {
  assert.equal(rangeCount(0, 0), 1)
  assert.equal(rangeCount(0xffff_ffff, 0xffff_ffff), 1)
})

test("a range that wraps is counted whole", () => {
  assert.equal(rangeCount(0xffff_fffe, 1), 4)
  assert.equal(rangeCount(0xffff_ffff, 0), 2)
})

test("the range of every id counts 2 ** 32", () => {
  assert.equal(rangeCount(0, 0xffff_ffff), 2 ** 32)
  assert.equal(rangeCount(5, 4), 2 ** 32)
})

test("a range that wraps includes its ends and what lies between, and nothing else", () => {
  const [lo, hi] = [0xffff_fffe, 1]
  for (const id of [0xffff_fffe, 0xffff_ffff, 0, 1]) assert.ok(rangeIncludes(lo, hi, id))
  for (const id of [0xffff_fffd, 2, 0x8000_0000]) assert.ok(!rangeIncludes(lo, hi, id))
})

test("the id after the last one is 0", () => {
  assert.equal(nextId(0xffff_ffff), 0)
  assert.equal(nextId(0x7fff_ffff), 0x8000_0000)
})

test("a walk from lo to hi takes as many steps as are counted, and meets only included ids", () =>
  fc.assert(
    fc.property(u32, fc.nat(300), (lo, steps) => {
      let hi = lo
      for (let i = 0; i < steps; i++) {
        assert.ok(rangeIncludes(lo, (lo + steps) >>> 0, hi))
        hi = nextId(hi)
      }
      assert.equal(hi, (lo + steps) >>> 0)
      assert.equal(rangeCount(lo, hi), steps + 1)
      assert.ok(!rangeIncludes(lo, hi, nextId(hi)))
      assert.ok(!rangeIncludes(lo, hi, (lo - 1) >>> 0))
    }),
  ))

const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 0xffff_ff00, max: 0xffff_ffff }),
)
