import assert from "node:assert/strict"
import process from "node:process"
import { describe, test } from "node:test"
import { labObstacle } from "../lab.ts"
import { runtimeOf, soak } from "./soak.ts"

const skip = labObstacle() ?? false

describe("while peers stall, reset, half-close and vanish", { skip }, () => {
  test("what is said to have arrived has, and nothing is left", { timeout: 120_000 }, async () => {
    const runtime = runtimeOf(process.execPath, "Deno" in globalThis ? "deno" : "bun")
    const { complaints, sent } = await soak({
      ...{ seed, seconds: 8, peers: 20, drop: 10, sender: runtime, peer: runtime },
      tell: () => {},
    })
    assert.deepEqual(complaints, [])
    const behaviours = new Set(sent.map(({ plan }) => plan.behaviour))
    assert.equal(behaviours.size, 7, `there were only ${[...behaviours]}`)
  })
})

/** The first twenty have peers of every kind, and go every way. */
const seed = 20
