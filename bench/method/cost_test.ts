import assert from "node:assert/strict"
import { test } from "node:test"
import { costFrom } from "./cost.ts"

const cost = {
  ...{ userSeconds: 1, systemSeconds: 2, machineSeconds: 4, seconds: 3 },
  ...{ zerocopySends: 10, notified: 10, kernelCopied: 4, unknown: 5 },
}

test("the cost is on the last line, whatever a runtime prints before", () => {
  assert.deepEqual(costFrom(`a warning\n${JSON.stringify(cost)}\n`, 0.5), {
    ...cost,
    foreignSeconds: 0.5,
  })
})

for (const name of Object.keys(cost)) {
  test(`a run that does not say ${name} is no run`, () => {
    const { [name as keyof typeof cost]: _, ...rest } = cost
    assert.throws(() => costFrom(JSON.stringify(rest), 0), new RegExp(`did not say ${name}`))
  })
}

test("a run that lacks what its suite wants besides is no run", () => {
  const printed = JSON.stringify({ ...cost, medianMicros: 7 })
  assert.equal(costFrom(printed, 0, ["medianMicros"]).medianMicros, 7)
  assert.throws(() => costFrom(printed, 0, ["p99Micros"]), /did not say p99Micros/)
})

test("a run that ended before every id was notified is no run", () => {
  const early = { ...cost, notified: 9 }
  assert.throws(() => costFrom(JSON.stringify(early), 0), /9 of 10 ids/)
})

test("a run that printed nothing is no run", () => {
  assert.throws(() => costFrom("", 0), /printed no cost/)
})
