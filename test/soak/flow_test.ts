import assert from "node:assert/strict"
import process from "node:process"
import { describe, test } from "node:test"
import { labObstacle } from "../../lab/lab.ts"
import { excessOf, flow, type FlowOptions } from "./flow.ts"
import { runtimeOf } from "./soak.ts"

const skip = labObstacle() ?? false
const sender = runtimeOf(process.execPath, "Deno" in globalThis ? "deno" : "bun")

describe("a producer that is faster than the network", { skip }, () => {
  const totalBytes = 512 * 1024 * 1024
  const asked: FlowOptions = { link: "lab", chunks: "fresh", sender, totalBytes }

  test("has no more queued memory than documented", { timeout: 120_000 }, async () => {
    assert.deepEqual(excessOf(asked, await flow(asked)), [])
  })

  test("has no more borrowed memory queued than documented", { timeout: 120_000 }, async () => {
    const borrowed = { ...asked, chunks: "borrowed" } as const
    assert.deepEqual(excessOf(borrowed, await flow(borrowed)), [])
  })

  test("pins no more than it may, however little", { timeout: 120_000 }, async () => {
    const little = { ...asked, chunks: "views", pinnedLimit: 6 * 1024 * 1024 } as const
    const flowed = await flow(little)
    assert.deepEqual(excessOf(little, flowed), [])
    assert.ok(flowed.zerocopyBytes > totalBytes / 2, "most of it was not pinned")
  })
})
