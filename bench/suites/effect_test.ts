import assert from "node:assert/strict"
import { test } from "node:test"
import type { Cost } from "../method/cost.ts"
import { effectRowsOf } from "./effect.ts"

const cost = (cpu: number): Cost => ({
  ...{ userSeconds: cpu / 4, systemSeconds: cpu * 3 / 4, machineSeconds: 2 * cpu, seconds: 2 },
  ...{ zerocopySends: 10, notified: 10, kernelCopied: 1, unknown: 2, foreignSeconds: 0 },
})
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
