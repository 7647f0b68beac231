import assert from "node:assert/strict"
import { test } from "node:test"
import { pauseMillis } from "./pause.ts"

test("a crowd has 64 KiB each for 4 MiB in a millisecond of its pause, and nobody waits longer than 8", () => {
  assert.equal(pauseMillis(15), 0)
  assert.equal(pauseMillis(16), 1)
  for (let senders = 64; senders <= 20_000; senders *= 2) {
    assert.ok(senders * 64 * 1024 >= pauseMillis(senders) * 4 * 1024 * 1024, `${senders}`)
    assert.ok(pauseMillis(senders) <= 8)
  }
})
