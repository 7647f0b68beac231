import assert from "node:assert/strict"
import type { ZerowireError } from "../src/mod.ts"

/** Checks that this option, with this value, ended a connection. */
export function assertTimedOut({ reason }: ZerowireError, option: string, millis: number): void {
  assert.ok(reason._tag === "TimedOut", reason._tag)
  assert.deepEqual([reason.option, reason.timeout], [option, millis])
}
