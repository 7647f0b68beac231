import assert from "node:assert/strict"
import { test } from "node:test"
import { verdictsOf } from "./junit.ts"

test("in Bun's report groups are suites, and reasons are texts", () => {
  const verdicts = verdictsOf(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="4" failures="1" skipped="1">
  <testsuite name="src/a_test.ts" file="src/a_test.ts" tests="4" skipped="1">
    <testcase name="a &lt; b &amp; c" classname="" time="0.1" />
    <testsuite name="group" tests="2">
      <testcase name="fails" classname="group">
        <failure type="AssertionError" message="1 !== 2">AssertionError&#10;  at a</failure>
      </testcase>
      <testcase name="skipped" classname="group"><skipped /></testcase>
      <testcase name="to do" classname="group"><skipped message="TODO" /></testcase>
    </testsuite>
  </testsuite>
</testsuites>`)
  assert.deepEqual(verdicts, [
    { result: "passed", name: "a < b & c" },
    { result: "failed", name: "group > fails", detail: "AssertionError\n  at a" },
    { result: "skipped", name: "group > skipped" },
    { result: "skipped", name: "group > to do" },
  ])
})

test("in Deno's report groups are tests too, and count only if they fail by themselves", () => {
  const verdicts = verdictsOf(deno(
    '<testcase name="passes"></testcase>',
    '<testcase name="group"><failure message="1 test step failed">…</failure></testcase>',
    '<testcase name="group &gt; fails"><failure message="no">1 !== 2</failure></testcase>',
    '<testcase name="group &gt; skipped"><skipped/></testcase>',
    '<testcase name="hooked"><failure message="after failed">after failed</failure></testcase>',
    '<testcase name="hooked &gt; passes"></testcase>',
  ))
  assert.deepEqual(verdicts, [
    { result: "passed", name: "passes" },
    { result: "failed", name: "group > fails", detail: "1 !== 2" },
    { result: "skipped", name: "group > skipped" },
    { result: "failed", name: "hooked", detail: "after failed" },
    { result: "passed", name: "hooked > passes" },
  ])
})

const leak = (...lines: string[]) =>
  `<failure message="Leaks detected">Leaks detected:\n${
    lines.map((line) => `  - ${line}\n`).join("")
  }To get more details</failure>`
const library = "A dynamic library was loaded during the test, but not unloaded during the test."
const timer = "A timer was started in this test, but never completed."

test("a leak fails a test, unless it is an intended one", () => {
  const [meant, other] = verdictsOf(deno(
    `<testcase name="meant">${leak(library)}</testcase>`,
    `<testcase name="other">${leak(library, timer)}</testcase>`,
  ))
  assert.equal(meant.result, "passed")
  assert.equal(other.result, "failed")
  assert.match(other.detail ?? "", /A timer was started/)
})

const deno = (...testcases: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="1" failures="0" errors="0" time="0.1">
    <testsuite name="./src/a_test.ts" tests="1" disabled="0" errors="0" failures="0">
        ${testcases.join("\n        ")}
    </testsuite>
</testsuites>`
