import assert from "node:assert/strict"
import { test } from "node:test"
import { crossover } from "./crossover.ts"

const ratios = (...ratios: readonly number[]) =>
  ratios.map((ratio, i) => ({ bytes: 1024 << i, ratio }))

test("it lies where the ratio falls under 1 for good", () => {
  assert.equal(crossover(ratios(2, 1.5, 1.1, 0.8, 0.5)), 8192)
  assert.equal(crossover(ratios(0.9, 0.8)), 1024)
})

test("one disturbed figure does not move it", () => {
  assert.equal(crossover(ratios(2, 0.95, 1.4, 0.8, 0.5)), 8192)
  assert.equal(crossover(ratios(2, 1.5, 0.7, 1.05, 0.5)), 4096)
})

test("where zero-copy never pays it lies above all that was measured", () => {
  assert.equal(crossover(ratios(2, 1.5, 1)), 8192)
})
