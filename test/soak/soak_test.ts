import assert from "node:assert/strict"
import process from "node:process"
import { describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { labObstacle } from "../../lab/lab.ts"
import { runtimeOf, soak } from "./soak.ts"

const skip = labObstacle() ?? false

describe("while peers stall, reset, half-close and vanish", { skip }, () => {
  test("what is said to have arrived has, and nothing is left", { timeout: 120_000 }, async () => {
    const sender = runtimeOf(process.execPath, "Deno" in globalThis ? "deno" : "bun")
    const { complaints, sent, asked } = await soak({
      ...{ seed, seconds: 8, peers: 20, askers: 50, drop: 10, sender, peer: runtimeOf(bun, "bun") },
      tell: () => {},
    })
    assert.deepEqual(complaints, [])
    const behaviours = new Set(sent.map(({ plan }) => plan.behaviour))
    assert.equal(behaviours.size, 7, `there were only ${[...behaviours]}`)
    const ways = new Set(sent.map(({ plan }) => plan.way))
    assert.equal(ways.size, 9, `there were only ${[...ways]}`)
    assert.ok(asked !== undefined && asked.answers > 50, "those who ask were not answered")
  })
})

/** Peers of one kind for both: those of Deno let some wait for long when there is much to do. */
const bun = fileURLToPath(new URL("../../node_modules/bun/bin/bun.exe", import.meta.url))

/** The first twenty have peers of every kind, and go every way. */
const seed = 114
