import assert from "node:assert/strict"
import { test } from "node:test"
import { problemsOf } from "./package.mjs"

const good = [
  ...["package.json", "README.md", "LICENSE", "CHANGELOG.md"],
  ...["mod", "effect", "testing", "socket/stats"].flatMap((name) => [
    `dist/src/${name}.js`,
    `dist/src/${name}.js.map`,
    `dist/src/${name}.d.ts`,
  ]),
  "dist/ffi/abi/iovec.js",
]

test("what a build writes, and the pages that npm wants, belong in the package", () => {
  assert.deepEqual(problemsOf(good), [])
})

test("an entry point without its types is missed", () => {
  const paths = good.filter((path) => path !== "dist/src/effect.d.ts")
  assert.deepEqual(problemsOf(paths), ["dist/src/effect.d.ts is missing"])
})

test("tests, benchmarks, the lab and sources do not belong in it", () => {
  const foreign = [
    "dist/src/socket_test.js",
    "dist/src/socket_test.d.ts",
    "dist/bench/run.js",
    "dist/test/lab.js",
    "src/tcp/socket.ts",
    ".ci/run",
    "dist/src/socket.ts",
  ]
  assert.deepEqual(
    problemsOf([...good, ...foreign]),
    foreign.map((path) => `${path} does not belong in it`),
  )
})
