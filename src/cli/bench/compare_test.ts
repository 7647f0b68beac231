import assert from "node:assert/strict"
import { test } from "node:test"
import { compare, type Turn } from "./compare.ts"
import type { Material } from "./material.ts"

const to = { hostname: "192.0.2.7", port: 9 }
const material = { bytes: 1e9 } as Material
const turn = (cpuSeconds: number): Turn => ({ seconds: 2, cpuSeconds, stats: undefined })

test("each way is compared with the runtime's own of the same source, round by round", async () => {
  // By way and round; the first round only warms up.
  const seconds: Readonly<Record<string, readonly number[]>> = {
    "file own pipeTo": [9, 1, 2, 4],
    "file fileStream": [9, 0.25, 1, 1],
    "memory own pipeTo": [9, 1, 1, 1],
    "memory Zerowire": [9, 3, 2, 1],
  }
  const said: number[] = []
  const rows = await compare(to, material, 3, (round) => said.push(round), ({ source, name }) => {
    return Promise.resolve(turn(seconds[`${source} ${name}`][said.at(-1) ?? 0]))
  })
  assert.deepEqual(
    rows.map(({ ratio, least, most, cpuSecondsPerGB }) => [ratio, least, most, cpuSecondsPerGB]),
    [[1, 1, 1, 2], [0.25, 0.25, 0.5, 1], [1, 1, 1, 1], [2, 1, 3, 2]],
  )
  assert.deepEqual(rows.map(({ gigabitsPerSecond }) => gigabitsPerSecond), [4, 4, 4, 4])
  assert.deepEqual(said, [0, 1, 2, 3, 4])
})
