import assert from "node:assert/strict"
import { test } from "node:test"
import { start } from "./child.ts"

test(
  "the collector does not close a socket that sends from a stream, even if the program has dropped it",
  { timeout: 120_000 },
  async () => {
    const child = start("transfer_child.ts")
    const line = await child.line()
    const { code, errors } = await child.ended
    assert.equal(code, 0, errors)
    const outcomes = Array(5).fill("100000")
    assert.deepEqual(JSON.parse(line ?? "{}"), { outcomes, arrived: 500_000 })
  },
)
