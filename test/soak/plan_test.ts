import assert from "node:assert/strict"
import { test } from "node:test"
import { Random } from "../../src/testing/world/random.ts"
import { draw, mostBytes, type Plan, withAddress } from "./plan.ts"

const plans = (seed: number): Plan[] => {
  const random = new Random(seed)
  return Array.from({ length: 500 }, (_, id) => draw(random, id, "192.0.2.2"))
}

test("a seed has the same plans each time, and another seed has others", () => {
  assert.deepEqual(plans(777), plans(777))
  assert.notDeepEqual(plans(777), plans(778))
})

test("a peer that cannot vanish, because all addresses have, goes silent instead", () => {
  const vanishing = plans(777).find(({ behaviour }) => behaviour === "vanish")
  assert.ok(vanishing)
  assert.deepEqual(withAddress(vanishing, "192.0.2.100"), { ...vanishing, address: "192.0.2.100" })
  assert.deepEqual(withAddress(vanishing, undefined), { ...vanishing, behaviour: "silent" })
})

test("the file of contents is long enough for every stream", () => {
  assert.deepEqual(plans(777).filter(({ totalBytes }) => totalBytes > mostBytes), [])
})
