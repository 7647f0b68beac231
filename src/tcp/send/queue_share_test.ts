import assert from "node:assert/strict"
import { test } from "node:test"
import { queueShare } from "./queue_share.ts"

test("up to 56 sockets queue 2 MiB each, more share 112 MiB, and none gets less than 256 KiB", () => {
  for (const sockets of [0, 1, 56]) assert.equal(queueShare(sockets), 2 * MiB)
  for (const sockets of [57, 200, 440]) {
    assert.ok(queueShare(sockets) * sockets <= 112 * MiB)
    assert.ok(queueShare(sockets) * sockets > 111 * MiB)
  }
  for (const sockets of [448, 449, 100_000]) assert.equal(queueShare(sockets), MiB / 4)
})

const MiB = 1024 * 1024
