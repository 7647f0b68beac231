import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleCost } from "../method/cost_sample.ts"
import { effectRowsOf } from "./effect.ts"

const cost = (cpu: number) => sampleCost(cpu)
const size = { chunkBytes: 65_536, totalBytes: 2e9 }

test("a Sink that is twice as dear is reported so, while the machine gets slower", () => {
  const rounds = [1, 3, 9].map((mood) =>
    new Map([["zerowire-bun", cost(mood)], ["effect-bun", cost(2 * mood)]])
  )
  const [row, ...others] = effectRowsOf(rounds, size)
  assert.deepEqual(others, [])
  assert.deepEqual(row.ratio, { median: 2, least: 2, most: 2 })
  assert.deepEqual([row.runtime, row.cpuStream, row.cpuEffect], ["bun", 1.5, 3])
  assert.deepEqual([row.zerocopySends, row.kernelCopied, row.unknown], [30, 3, 6])
})

test("where one of both has no figures there is no row", () => {
  const rounds = [new Map([["zerowire-bun", cost(1)], ["effect-deno", cost(1)]])]
  assert.deepEqual(effectRowsOf(rounds, size), [])
})
