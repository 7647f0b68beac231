import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { test } from "node:test"
import { compileReference } from "./compiler.ts"

test("without a C compiler there are no programs, and no failure", () => {
  using reference = compileReference("a-compiler-that-is-not-there")
  assert.equal(reference.programs, undefined)
})

const compiler = spawnSync("cc", ["--version"], { stdio: "ignore" }).status === 0
test("programs are built without a warning, and removed afterwards", {
  skip: compiler ? false : "there is no C compiler",
  timeout: 180_000,
}, () => {
  const reference = compileReference()
  const { sender, receiver } = reference.programs ?? { sender: "", receiver: "" }
  assert.ok(existsSync(sender) && existsSync(receiver))
  reference[Symbol.dispose]()
  assert.ok(!existsSync(sender) && !existsSync(receiver))
})
