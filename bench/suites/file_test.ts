import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleCost } from "../method/cost_sample.ts"
import { fileRowsOf } from "./file.ts"

const cost = (cpu: number) => sampleCost(cpu)

test("each way is compared with its own runtime, round by round", () => {
  const rounds = [1, 3, 9].map((mood) =>
    new Map([
      ["sendfile-bun", cost(mood)],
      ["own-bun", cost(4 * mood)],
      ["sendfile-deno", cost(mood)],
      ["own-deno", cost(2 * mood)],
    ])
  )
  const ratios = fileRowsOf(rounds, 1e9).map(({ rival, ratio }) => [rival, ratio.median])
  assert.deepEqual(Object.fromEntries(ratios), {
    "sendfile-bun": 0.25,
    "sendfile-deno": 0.5,
  })
})

test("a way whose runtime has no figures of its own has no row", () => {
  assert.deepEqual(fileRowsOf([new Map([["sendfile-bun", cost(1)]])], 1e9), [])
})
