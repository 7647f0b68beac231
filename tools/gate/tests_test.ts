import assert from "node:assert/strict"
import { test } from "node:test"
import { codeFolders, filesIn } from "./files.ts"
import { judge, testsFor } from "./tests.ts"

const ended = { status: 0, stdout: "", output: "", how: undefined }
const failed = { ...ended, status: 1, how: "ended with status 1" }
const report = (content: string) =>
  `<testsuites><testsuite name="a_test.ts"><testcase name="a">${content}</testcase></testsuite></testsuites>`
const results = (...args: Parameters<typeof judge>) => judge(...args).map(({ result }) => result)

test("a file whose tests passed has passed", () => {
  assert.deepEqual(judge("a_test.ts", ended, report("")), [
    { result: "passed", name: "a_test.ts > a" },
  ])
})

test("a file that ran no test was skipped", () => {
  assert.deepEqual(results("a_test.ts", ended, "<testsuites></testsuites>"), ["skipped"])
  assert.deepEqual(results("a_test.ts", ended, undefined), ["skipped"])
})

test("a file that fails without naming a test has failed, even if its tests passed", () => {
  const crashed = { ...ended, status: null, how: "was ended by SIGTRAP" }
  assert.deepEqual(results("a_test.ts", crashed, report("")), ["passed", "failed"])
  assert.deepEqual(results("a_test.ts", failed, report("")), ["passed", "failed"])
})

test("a status caused only by intended leaks is not a failure, and a broken file is one", () => {
  const leaky = { ...failed, output: "error: Leaks detected:\n  - A dynamic library" }
  assert.deepEqual(results("a_test.ts", leaky, report("")), ["passed"])
  const broken = { ...failed, output: `${leaky.output}\n./b_test.ts (uncaught error)` }
  assert.deepEqual(results("a_test.ts", broken, report("")), ["passed", "failed"])
})

test("tests that only start programs run in one runtime, and all others in theirs", () => {
  const both = { runtimes: ["bun", "deno"] } as const
  const counts = (runtime: "bun" | "deno", file: string, scene: Parameters<typeof testsFor>[1]) =>
    testsFor(runtime, scene).filter((path) => path === file).length
  for (const file of ["tools/run_test.ts", "test/main_job/start_test.ts"]) {
    assert.deepEqual([counts("bun", file, both), counts("deno", file, both)], [1, 0])
    assert.equal(counts("deno", file, { runtimes: ["deno"] }), 1)
  }
  const somewhere = new Set([...testsFor("bun", both), ...testsFor("deno", both)])
  assert.deepEqual(filesIn(codeFolders, /_test\.ts$/).filter((file) => !somewhere.has(file)), [])
  const everywhere = "tools/gate/tests_test.ts"
  assert.deepEqual([counts("bun", everywhere, both), counts("deno", everywhere, both)], [1, 1])
  const ofDeno = "src/tcp/take_over/deno_test.ts"
  assert.deepEqual([counts("bun", ofDeno, both), counts("deno", ofDeno, both)], [0, 1])
})
