import assert from "node:assert/strict"
import { test } from "node:test"
import { foreignIn, misnamedIn } from "./dialect.mjs"

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

test("a runtime is named in its own folder alone", () => {
  const named = (path: string, source: string) => misnamedIn(new Map([[path, source]]))
  for (
    const [path, source, says] of [
      ["src/tcp/a.ts", "Deno.pid", "may name Deno"],
      ["src/tcp/a.ts", "globalThis.Bun", "may name Bun"],
      ["ffi/libc.ts", 'process.getBuiltinModule("bun:ffi")', "may name Bun"],
      ["ffi/a.ts", 'const worker = `import { a } from "bun:ffi"`', "may name Bun"],
      ["ffi/runtime/bun/backend.ts", "Deno.pid", "may name Deno"],
    ]
  ) assert.match(named(path, source)[0], new RegExp(`^${path}:1: .*${says}`))
  assert.deepEqual(named("ffi/runtime/bun/backend.ts", "Bun.version"), [])
  assert.deepEqual(named("src/tcp/a_test.ts", "Bun.version"), [])
})
