import assert from "node:assert/strict"
import { test } from "node:test"
import { changesOf, unnamed, unreleased } from "./changes.ts"
import { readFileSync } from "node:fs"
import { dated, editsFor } from "./files.ts"
import { leastKind, next } from "./version.ts"

const before = "// connect\nfunction connect(): void;\n\n// Socket\nclass Socket {\n}\n"
const after =
  "// Socket\nclass Socket {\n    close(): void;\n}\n\n// serve\nfunction serve(): void;\n"

test("what was added, changed and removed is found", () => {
  const changes = { added: ["serve"], changed: ["Socket"], removed: ["connect"] }
  assert.deepEqual(changesOf(before, after), changes)
  assert.deepEqual(changesOf(before, before), { added: [], changed: [], removed: [] })
})

test("the changelog has to name each change as code, in the section of what is unreleased", () => {
  const changelog =
    "# C\n\n## Unreleased\n\n- `serve(handler)`, and sockets.\n\n## 0.1.0\n\n- `connect`\n"
  assert.equal(unreleased(changelog), "- `serve(handler)`, and sockets.")
  assert.deepEqual(unnamed(changelog, changesOf(before, after)), ["Socket", "connect"])
  assert.equal(unreleased("## Unreleased\n\n- last\n"), "- last")
})

test("versions follow Semantic Versioning, and before 1.0 the minor version breaks", () => {
  assert.deepEqual(["patch", "minor", "major"].map((kind) => next("1.2.3", kind as "patch")), [
    "1.2.4",
    "1.3.0",
    "2.0.0",
  ])
  const none = { added: [], changed: [], removed: [] }
  assert.equal(leastKind("1.0.0", none), "patch")
  assert.equal(leastKind("1.0.0", { ...none, added: ["a"] }), "minor")
  assert.equal(leastKind("1.0.0", { ...none, changed: ["a"] }), "major")
  assert.equal(leastKind("0.1.0", { ...none, removed: ["a"] }), "minor")
  assert.equal(leastKind("0.1.0", { ...none, added: ["a"] }), "patch")
})

test("a release changes every file that names the version", () => {
  const { version: from }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"))
  const read = (path: string) => readFileSync(path, "utf8")
  const edits = new Map(editsFor(read, { from, to: "98.7.6", date: "2030-01-02" }))
  for (const [path, places] of [["package.json", 1], ["package-lock.json", 2], ["deno.json", 1]]) {
    const text = edits.get(String(path)) ?? ""
    assert.equal(text.split('"version": "98.7.6"').length - 1, places, String(path))
    assert.equal(JSON.parse(text).version, "98.7.6")
  }
  assert.match(edits.get("src/cli/version.ts") ?? "", /"98\.7\.6"/)
  assert.match(edits.get("CHANGELOG.md") ?? "", /^## Unreleased\n\n## 98\.7\.6 - 2030-01-02\n\n/m)
  assert.throws(() => dated("# Changelog\n", "1.0.0", "2030-01-02"), /does not contain/)
})
