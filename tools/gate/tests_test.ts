import assert from "node:assert/strict"
import { test } from "node:test"
import { judge } from "./tests.ts"

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
