import assert from "node:assert/strict"
import { test } from "node:test"
import plugin from "./dialect.ts"

const said = (path: string, source: string) =>
  Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message).join("\n")

const faults = [
  ["src/a_test.ts", 'import { test } from "bun:test"', /node:test/],
  ["src/a_test.ts", 'Deno.test("a", () => {})', /node:test/],
  ["src/a_test.ts", 'test.only("a", () => {})', /keeps other tests from running/],
  ["src/a_test.ts", 'describe.only("a", () => {})', /keeps other tests from running/],
  ["src/a_test.ts", 'test("a", (t) => t.skip("no root"))', /use the option "skip"/],
  ["src/tcp/a.ts", "Deno.pid", /may name Deno/],
  ["src/tcp/a.ts", "globalThis.Bun", /may name Bun/],
  ["src/tcp/a.ts", "let a: typeof Deno", /may name Deno/],
  ["ffi/libc.ts", 'process.getBuiltinModule("bun:ffi")', /may name Bun/],
  ["ffi/libc.ts", 'export { a } from "bun:ffi"', /may name Bun/],
  ["ffi/a.ts", 'const worker = `import { a } from "bun:ffi"`', /may name Bun/],
  ["ffi/runtime/bun/backend.ts", "Deno.pid", /may name Deno/],
] as const
for (const [path, source, message] of faults) {
  test(`${source} is refused in ${path}`, () => assert.match(said(path, source), message))
}

const fine = [
  ["src/a_test.ts", 'test.skip("a", () => {})'],
  ["src/a_test.ts", "Bun.version"],
  ["bench/a.ts", "list.skip(1)\nDeno.pid"],
  ["ffi/runtime/bun/backend.ts", "Bun.version"],
] as const
for (const [path, source] of fine) {
  test(`${JSON.stringify(source)} may stand in ${path}`, () => assert.equal(said(path, source), ""))
}
