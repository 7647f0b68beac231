import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleCost } from "../method/cost_sample.ts"
import { type WayCost, wayRowsOf } from "./ways.ts"

const cost = (cpu: number, movedBytes = 0): WayCost =>
  sampleCost(cpu, { movedBytes, copiedBytes: 1e9 - movedBytes })

test("each way is compared with its own runtime and with C, round by round", () => {
  const rounds = [1, 3, 9].map((mood) =>
    new Map([
      ["sendfile-bun", cost(mood)],
      ["own-bun", cost(4 * mood)],
      ["sendfile-deno", cost(mood)],
      ["own-deno", cost(2 * mood)],
      ["c-sendfile", cost(mood / 2)],
    ])
  )
  const ratios = wayRowsOf(rounds, 1e9, "c-sendfile")
    .map(({ rival, ofOwn, ofC }) => [rival, [ofOwn?.median, ofC?.median]])
  assert.deepEqual(Object.fromEntries(ratios), {
    "sendfile-bun": [0.25, 2],
    "own-bun": [undefined, 8],
    "sendfile-deno": [0.5, 2],
    "own-deno": [undefined, 4],
    "c-sendfile": [undefined, undefined],
  })
})

test("a way has a row where there is neither C nor the runtime's own", () => {
  const [row] = wayRowsOf([new Map([["sendfile-bun", cost(1)]])], 1e9, "c-sendfile")
  assert.deepEqual([row.rival, row.cpu, row.ofOwn, row.ofC], [
    "sendfile-bun",
    1,
    undefined,
    undefined,
  ])
})

test("what was moved and what was copied are parts of what all rounds sent", () => {
  const rounds = [1e9, 5e8].map((moved) => new Map([["stream-bun", cost(1, moved)]]))
  const [{ moved, copied }] = wayRowsOf(rounds, 1e9, "c-sendfile")
  assert.deepEqual([moved, copied], [0.75, 0.25])
})
