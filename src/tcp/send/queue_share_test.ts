import assert from "node:assert/strict"
import { test } from "node:test"
import { queueShare } from "./queue_share.ts"

test("up to 64 sockets queue 2 MiB each, more share 128 MiB, and none gets less than 256 KiB", () => {
  for (const sockets of [0, 1, 64]) assert.equal(queueShare(sockets), 2 * MiB)
  for (const sockets of [65, 200, 500]) {
    assert.ok(queueShare(sockets) * sockets <= 128 * MiB)
    assert.ok(queueShare(sockets) * sockets > 127 * MiB)
  }
  for (const sockets of [512, 513, 100_000]) assert.equal(queueShare(sockets), MiB / 4)
})

const MiB = 1024 * 1024
