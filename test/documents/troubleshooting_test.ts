import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

const page = readFileSync("docs/troubleshooting.md", "utf8")

/** The names in the source, from a type that has no value. */
function namesOf(path: string, type: string): readonly string[] {
  const [, members = ""] = new RegExp(`type ${type} =\\n((?: +\\| "[^"]+"\\n)+)`).exec(
    readFileSync(path, "utf8"),
  ) ?? []
  return [...members.matchAll(/"([^"]+)"/g)].map(([, name]) => name)
}

test("troubleshooting names every finding of the doctor, and no other", () => {
  const subjects = namesOf("src/doctor/finding.ts", "Subject")
  assert.ok(subjects.length > 10)
  // "Finding `a`, `b`", and the second column of the table.
  const sentences = [...page.matchAll(/\b[Ff]inding ((?:`[\w-]+`(?:, | and the finding )?)+)/g)]
  const cells = [...page.matchAll(/^\|[^|]+\|((?: `[\w-]+`,?)+) +\|/gm)]
  const named = [...sentences, ...cells].flatMap(([, names]) =>
    [...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => name)
  )
  assert.deepEqual([...new Set(named)].sort(), [...subjects].sort())
})

test("troubleshooting names only reasons to copy that exist", () => {
  const reasons = namesOf("src/pieces/copy_reason.ts", "CopyReason")
  const named = [...page.matchAll(/`reasons\.(\w+)`/g)].map(([, name]) => name)
  assert.ok(named.length > 5)
  assert.deepEqual(named.filter((name) => !reasons.includes(name)), [])
})

test("a link into another page of the documentation leads to a heading there", () => {
  for (
    const name of ["troubleshooting", "comparison", "getting_started_bun", "getting_started_deno"]
  ) {
    const text = readFileSync(`docs/${name}.md`, "utf8")
    for (const [, file, anchor] of text.matchAll(/\]\(([\w./]*\.md)?(?:#([\w-]+))?\)/g)) {
      const target = file === undefined ? text : readFileSync(`docs/${file}`, "utf8")
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), `${name}: #${anchor}`)
    }
  }
})

/** As GitHub makes them. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
  )
