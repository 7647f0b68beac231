import assert from "node:assert/strict"
import { test } from "node:test"
import { filesOf, problemsOf } from "./jsr.mjs"

const output = `Check src/mod.ts
Checking for slow types in the public API...
Simulating publish of @zerowire/zerowire@0.1.0 with files:
   file:///home/me/zerowire/README.md (3.04KB)
   file:///home/me/zerowire/deno.json (1.05KB)
   file:///home/me/zerowire/src/mod.ts (821B)
Warning Aborting due to --dry-run
`

const good = [
  ...["deno.json", "README.md", "LICENSE", "CHANGELOG.md"],
  ...["src/mod.ts", "src/effect.ts", "src/testing.ts", "ffi/abi/iovec.ts"],
]

test("the files that deno lists are found, as paths from the project", () => {
  assert.deepEqual(filesOf(output), ["README.md", "deno.json", "src/mod.ts"])
})

test("an output without files is no proof of anything", () => {
  assert.equal(problemsOf(filesOf("Check src/mod.ts")).length, 7)
})

test("sources and the pages beside them belong to what is published", () => {
  assert.deepEqual(problemsOf(good), [])
})

test("tests, benchmarks and the lab do not", () => {
  const foreign = ["src/tcp/socket_test.ts", "bench/run.ts", "lab/lab.ts", "package.json"]
  assert.deepEqual(
    problemsOf([...good, ...foreign]),
    foreign.map((path) => `${path} does not belong in it`),
  )
})
