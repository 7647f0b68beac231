import assert from "node:assert/strict"
import { test } from "node:test"
import { problemsIn } from "./arrows.mjs"

const refused = [
  { path: "ffi/libc.ts", source: 'import "../src/kernel/port.ts"', says: "ffi may not import" },
  { path: "src/memory/slab.ts", source: 'import "../slab.ts"', says: "nothing outside itself" },
  {
    path: "src/memory/slab.ts",
    source: 'import "../kernel.ts"',
    says: "may not import src/kernel",
  },
  { path: "src/memory/slab.ts", source: 'import "effect"', says: "may not import effect" },
  {
    path: "src/memory/slab_test.ts",
    source: 'import "node:fs"',
    says: "src/slab may not import node:fs",
  },
  {
    path: "src/reactor/mod.ts",
    source: 'import "./socket.ts"',
    says: "may not import src/tcp/socket.ts",
  },
  {
    path: "src/tcp/socket.ts",
    source: 'import "../ffi/libc.ts"',
    says: "may not import ffi/libc.ts",
  },
  { path: "src/socket/a.ts", source: 'import "../writable.ts"', says: "may not import" },
  { path: "src/socket/a.ts", source: 'import "../kernel/linux.ts"', says: "is private" },
  { path: "src/socket/a.ts", source: 'import "../effect.ts"', says: "may not import" },
  { path: "src/socket/a.ts", source: "Deno.pid", says: "may name Deno" },
  { path: "src/socket/a.ts", source: "globalThis.Bun", says: "may name Bun" },
  { path: "ffi/libc.ts", source: 'process.getBuiltinModule("bun:ffi")', says: "may name Bun" },
  { path: "ffi/a.ts", source: 'const worker = `import { a } from "bun:ffi"`', says: "name Bun" },
  { path: "ffi/runtime/bun/backend.ts", source: "Deno.pid", says: "may name Deno" },
  { path: "src/novel.ts", source: 'import "./kernel.ts"', says: "say in .ci/arrows.mjs" },
  { path: "demo/a.ts", source: 'import "../src/tcp/socket.ts"', says: "may not import" },
  { path: "examples/a.ts", source: 'import "../src/mod.ts"', says: "may not import" },
]
for (const { path, source, says } of refused) {
  test(`${source} is refused in ${path}`, () => {
    const [problem, ...others] = problemsIn(new Map([[path, source]]))
    assert.ok(problem.startsWith(`${path}:1: `) && problem.includes(says), problem)
    assert.deepEqual(others, [])
  })
}

const forms = [
  'import { a } from "../kernel.ts"',
  'import type { A } from "../kernel.ts"',
  'export * from "../kernel.ts"',
  'export { a } from "../kernel.ts"',
  'await import("../kernel.ts")',
  'type A = import("../kernel.ts").A',
]
for (const source of forms) {
  test(`${source} is seen as an import`, () => {
    assert.equal(problemsIn(new Map([["src/memory/slab.ts", source]])).length, 1)
  })
}

const allowed = [
  {
    path: "ffi/runtime/bun/backend.ts",
    source: 'process.getBuiltinModule("bun:ffi"), Bun.version',
  },
  { path: "ffi/runtime/deno/parking.ts", source: "Deno.dlopen" },
  { path: "src/tcp/socket.ts", source: 'import "./writable.ts"\nimport "./socket/connect.ts"' },
  { path: "src/socket/a.ts", source: '// import "../writable.ts"\n"import \'bun:ffi\'"' },
  { path: "src/socket/a_test.ts", source: 'import "../../test/plain_peer.ts"' },
  { path: "src/memory/slab_test.ts", source: 'import "node:test"\nimport "./slab.ts"' },
  { path: "lab/lab.ts", source: 'import "../ffi/libc.ts"\nDeno.pid' },
  { path: "examples/a.ts", source: 'import "zerowire"\nimport "zerowire/effect"' },
]
for (const { path, source } of allowed) {
  test(`${JSON.stringify(source)} is allowed in ${path}`, () => {
    assert.deepEqual(problemsIn(new Map([[path, source]])), [])
  })
}
