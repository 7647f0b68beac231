import assert from "node:assert/strict"
import { test } from "node:test"
import { errno, errnoName } from "./errno.ts"

test("every error number has one name, and every name one number", () => {
  const numbers = Object.values(errno)
  assert.equal(new Set(numbers).size, numbers.length)
  for (const [name, number] of Object.entries(errno)) assert.equal(errnoName(number), name)
})

test("a number without a name is shown as a number", () => {
  assert.equal(errnoName(77), "errno 77")
})
