import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const timeout = 60_000

test(
  "tests that use the library pass Deno's search for leaks, the first one too",
  { timeout },
  () => passes(fileURLToPath(new URL("sanitized_child.ts", import.meta.url)), 5),
)

test("the test in the documentation passes Deno's leak detection", { timeout }, () => {
  const root = fileURLToPath(new URL("../../", import.meta.url))
  const page = readFileSync(join(root, "docs/testing.md"), "utf8")
  const [, example = ""] = /^```ts deno\n((?:(?!```)[^])*Deno\.test[^]*?)^```/m.exec(page) ?? []
  // Inside the project, so that "zerowire" is found from there.
  const folder = mkdtempSync(join(root, ".snippets-"))
  try {
    const file = join(folder, "example_test.ts")
    writeFileSync(file, example)
    passes(file, 1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function passes(file: string, tests: number): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["test", "--allow-all", "--no-check", file],
    { env: { ...process.env, NO_COLOR: "1" }, encoding: "utf8" },
  )
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, new RegExp(`ok \\| ${tests} passed`))
}
