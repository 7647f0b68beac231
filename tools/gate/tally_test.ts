import assert from "node:assert/strict"
import { test } from "node:test"
import { mayBeSkipped, tallyOf, type Verdict } from "./tally.ts"

test("verdicts are counted by result", () => {
  const verdicts: Verdict[] = [
    { result: "passed", name: "a" },
    { result: "failed", name: "b", detail: "1 is not 2" },
    { result: "skipped", name: "c", detail: "JSR cannot be reached" },
  ]
  assert.deepEqual(tallyOf(verdicts), {
    passed: 1,
    failures: ["b: 1 is not 2"],
    skips: ["c: JSR cannot be reached"],
  })
})

test("root may skip a test only for an allowed reason", () => {
  assert.equal(mayBeSkipped("a: the lab needs root", true), false)
  assert.equal(mayBeSkipped("a", true), false)
  assert.equal(mayBeSkipped("a: JSR cannot be reached", true), true)
  assert.equal(mayBeSkipped("a: the lab needs root", false), true)
})
