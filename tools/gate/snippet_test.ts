import assert from "node:assert/strict"
import { test } from "node:test"
import { snippetsIn } from "./snippet.ts"

const page = `# Title

\`\`\`ts
first()
second()
\`\`\`

\`\`\`sh
npm test
\`\`\`

- In a list:

  \`\`\`ts no-run
  third()
  \`\`\`

\`\`\`ts bun
fourth()
\`\`\`
`

test("blocks marked ts are found in a page, with the line where they start", () => {
  assert.deepEqual(snippetsIn("a.md", page), [
    {
      path: "a.md",
      line: 4,
      code: "first()\nsecond()",
      runs: true,
      runtimes: ["bun", "deno"],
    },
    { path: "a.md", line: 15, code: "third()", runs: false, runtimes: ["bun", "deno"] },
    { path: "a.md", line: 19, code: "fourth()", runs: true, runtimes: ["bun"] },
  ])
})

test("blocks are found in the documentation comments of a source file, and in no other comments", () => {
  const source = `const a = 1

/**
 * A thing.
 *
 * \`\`\`ts ignore
 * if (a) {
 *   b()
 * }
 * \`\`\`
 */
export const b = () => {}
// \`\`\`ts
// c()
// \`\`\`
`
  assert.deepEqual(snippetsIn("a.ts", source), [
    {
      path: "a.ts",
      line: 7,
      code: "if (a) {\n  b()\n}",
      runs: false,
      runtimes: ["bun", "deno"],
    },
  ])
})
