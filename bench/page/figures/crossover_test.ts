import assert from "node:assert/strict"
import { test } from "node:test"
import { crossing } from "./crossover.ts"

test("the crossing lies between two sizes, by the logarithms of size and ratio", () => {
  const at = crossing([{ x: 1024, ratio: 2 }, { x: 4096, ratio: 0.5 }])
  assert.equal(Math.round(at ?? 0), 2048)
})

test("what is cheaper at once crosses at the first size, and what never is does not cross", () => {
  assert.equal(crossing([{ x: 1024, ratio: 0.9 }, { x: 4096, ratio: 0.5 }]), 1024)
  assert.equal(crossing([{ x: 1024, ratio: 2 }, { x: 4096, ratio: 1.1 }]), undefined)
})
