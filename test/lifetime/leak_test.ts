import { test } from "node:test"
import assert from "node:assert/strict"
import { start } from "./child.ts"

test(
  "after 200 connections no file descriptor, slot, courier or timer is left behind",
  { timeout: 120_000 },
  async () => {
    const child = start("leak_child.ts")
    const line = await child.line()
    // It ends by itself: nothing keeps it alive.
    const { code, errors } = await child.ended
    assert.equal(code, 0, errors)
    const { before, after } = JSON.parse(line ?? "{}")
    assert.deepEqual(after, before)
    assert.equal(after.leased, 0)
    assert.equal(after.quarantined, 0)
    assert.equal(after.couriers, 0)
    // The two listeners.
    assert.equal(after.registered, 2)
  },
)
