import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleCost } from "./cost_sample.ts"
import { rowsOf, spreadOf } from "./rows.ts"
import { isDisturbed, type Round } from "./rounds.ts"

const cost = (cpu: number, foreignSeconds = 0) => sampleCost(cpu, { foreignSeconds })
const round = (a: number, b: number): Round => new Map([["a", cost(a)], ["b", cost(b)]])

test("a rival that is twice as dear is reported so, whatever the machine's mood", () => {
  const rounds = [round(1, 2), round(3, 6), round(0.5, 1), round(10, 20), round(2, 4)]
  const [a, b] = rowsOf(rounds, 1e9, ["a"])
  assert.deepEqual(b.ratios.a, { median: 2, least: 2, most: 2 })
  assert.deepEqual(a.ratios, {})
  assert.equal(a.cpuSecondsPerGB.median, 2)
  assert.equal(b.cpuSecondsPerGB.median, 4)
})

test("the ratio is the median of the ratios, not the ratio of the medians", () => {
  const rounds = [round(1, 1), round(2, 4), round(3, 9)]
  const [, b] = rowsOf(rounds, 1e9, ["a"])
  assert.deepEqual(b.ratios.a, { median: 2, least: 1, most: 3 })
})

test("a row says what the kernel copied in all rounds together", () => {
  const [{ zerocopySends, notified, kernelCopied, unknown }] = rowsOf(
    [round(1, 1), round(1, 1)],
    1,
    [],
  )
  assert.deepEqual({ zerocopySends, notified, kernelCopied, unknown }, {
    ...{ zerocopySends: 20, notified: 20, kernelCopied: 2, unknown: 4 },
  })
})

test("figures are for 10⁹ bytes", () => {
  const [a] = rowsOf([round(1, 1)], 4e9, [])
  assert.equal(a.cpuSecondsPerGB.median, 0.25)
  assert.equal(a.userSecondsPerGB.median, 0.0625)
  assert.equal(a.machineSecondsPerGB.median, 0.5)
  assert.equal(a.gigabitsPerSecond.median, 16)
})

test("an even number of values has its median between the two in the middle", () => {
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, least: 1, most: 4 })
})

test("a round beside which other programs ran is disturbed", () => {
  const quiet: Round = new Map([["a", cost(1, 0.1)]])
  const busy: Round = new Map([["a", cost(1, 0)], ["b", cost(1, 0.5)]])
  assert.equal(isDisturbed(quiet, 0.1), false)
  assert.equal(isDisturbed(busy, 0.1), true)
})
