import assert from "node:assert/strict"
import { test } from "node:test"
import { filesOf, problemsOf } from "./package.ts"

const pages = ["README.md", "LICENSE", "CHANGELOG.md"]
const good = {
  npm: [
    "package.json",
    ...pages,
    "dist/src/mod.js",
    "dist/src/mod.d.ts",
    "dist/ffi/a.js.map",
    "src/mod.ts",
  ],
  JSR: [
    "deno.json",
    ...pages,
    "src/mod.ts",
    "src/effect.ts",
    "src/effect_http.ts",
    "src/http.ts",
    "src/testing.ts",
    "src/doctor.ts",
    "ffi/abi/a.ts",
  ],
} as const
const foreign = {
  npm: [
    "dist/src/a_test.js",
    "dist/src/a_test.d.ts",
    "dist/bench/run.js",
    "src/a_test.ts",
    ".ci/run",
  ],
  JSR: ["src/tcp/socket_test.ts", "bench/run.ts", "lab/lab.ts", "package.json"],
}

for (const registry of ["npm", "JSR"] as const) {
  test(`${registry} gets the code and its pages`, () => {
    assert.equal(problemsOf(good[registry], registry), "")
    const [, ...rest] = good[registry]
    assert.match(problemsOf(rest, registry), /^(package|deno)\.json is missing$/)
  })

  test(`${registry} gets no test, no benchmark, no lab`, () => {
    const problems = problemsOf([...good[registry], ...foreign[registry]], registry)
    const expected = foreign[registry].map((path) => `${path} does not belong in it`)
    assert.deepEqual(problems.split("\n"), expected)
  })
}

test("the files that deno lists are found, as paths from the project", () => {
  const output = `Checking for slow types in the public API...
Simulating publish of @zerowire/zerowire@0.1.0 with files:
   file:///home/me/zerowire/README.md (3.04KB)
   file:///home/me/zerowire/deno.json (1.05KB)
   file:///home/me/zerowire/src/mod.ts (821B)
Warning Aborting due to --dry-run
`
  assert.deepEqual(filesOf(output), ["README.md", "deno.json", "src/mod.ts"])
  assert.notEqual(problemsOf(filesOf("Check src/mod.ts"), "JSR"), "")
})
