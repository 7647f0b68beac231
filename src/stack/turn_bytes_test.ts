import assert from "node:assert/strict"
import { test } from "node:test"
import { TurnBytes } from "./turn_bytes.ts"

const MiB = 1024 * 1024

test("all who write in a turn share 4 MiB", () => {
  const turnEnd = { turns: 0 }
  const bytes = new TurnBytes(turnEnd)
  assert.equal(bytes.add(3 * MiB), false)
  assert.equal(bytes.add(MiB - 1), false)
  assert.equal(bytes.add(1), false)
  assert.equal(bytes.add(MiB), true)
  assert.equal(bytes.add(16 * 1024), true)
})

test("a small answer does not wait for the bodies of others", () => {
  const bytes = new TurnBytes({ turns: 0 })
  assert.equal(bytes.add(5 * MiB), true)
  assert.equal(bytes.add(100), false)
})

test("the next turn has 4 MiB of its own", () => {
  const turnEnd = { turns: 0 }
  const bytes = new TurnBytes(turnEnd)
  assert.equal(bytes.add(5 * MiB), true)
  turnEnd.turns++
  assert.equal(bytes.add(3 * MiB), false)
})
