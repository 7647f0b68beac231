import assert from "node:assert/strict"
import { test } from "node:test"
import { foreignIn } from "./dialect.mjs"

const problems = (source: string) => foreignIn(new Map([["src/a_test.ts", source]]))

test("tests of one runtime's own kind are refused", () => {
  assert.match(problems('import { test } from "bun:test"')[0], /^src\/a_test\.ts:1: .*node:test/)
  assert.match(problems('\nDeno.test("a", () => {})')[0], /^src\/a_test\.ts:2: .*node:test/)
})

test("a test that keeps others from running is refused", () => {
  for (const call of ["test.only", "it.only", "describe.only"]) {
    assert.match(problems(`${call}("a", () => {})`)[0], /keeps other tests from running/)
  }
})

test("a test that skips itself is refused, because Deno counts it as passed", () => {
  assert.match(problems('test("a", (t) => t.skip("no root"))')[0], /use the option "skip"/)
  assert.deepEqual(problems('test.skip("a", () => {})'), [])
})

test("files that are no tests may do all that", () => {
  assert.deepEqual(foreignIn(new Map([["src/a.ts", 'import "bun:test"\nlist.skip(1)']])), [])
})
