import assert from "node:assert/strict"
import { ZerowireError } from "../src/error/mod.ts"
import type { RuntimeSocket } from "../src/tcp/take_over/take.ts"
import { takeOver } from "../src/tcp/take_over/take_over.ts"
import { socketInodes } from "./descriptors.ts"

/**
 * Checks that a socket is refused with the reason in the message, and that its file descriptors stay
 * unchanged, unless it `closes` in the meantime.
 */
export async function refuses(
  socket: RuntimeSocket,
  why: RegExp,
  { closes = false } = {},
): Promise<void> {
  const before = socketInodes()
  await assert.rejects(takeOver(socket), (failure) => {
    assert.ok(failure instanceof ZerowireError, String(failure))
    assert.equal(failure.reason._tag, "TakeOverRefused")
    assert.match(failure.message, why)
    return true
  })
  if (!closes) assert.deepEqual(socketInodes(), before)
}
