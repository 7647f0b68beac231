import assert from "node:assert/strict"
import { ZerowireError } from "../src/error/mod.ts"

/** The ZerowireError that `attempt` fails with. */
export async function failureOf(attempt: Promise<unknown>): Promise<ZerowireError> {
  const failure = await attempt.then(() => assert.fail("it succeeded"), (failure) => failure)
  assert.ok(failure instanceof ZerowireError, `${failure} is no ZerowireError`)
  return failure
}
