import assert from "node:assert/strict"
import { test } from "node:test"
import { start } from "./child.ts"

test(
  "memory is kept while it is moved to huge pages, and not for longer",
  { timeout: 120_000 },
  async () => {
    const child = start("move_child.ts")
    const line = await child.line()
    const { code, errors } = await child.ended
    assert.equal(code, 0, errors)
    assert.deepEqual(JSON.parse(line ?? "{}"), { during: true, after: false })
  },
)
