import assert from "node:assert/strict"
import { test } from "node:test"
import { sayTable, shareColumns } from "./columns.ts"

test("cells stand below their titles, and each row says what was copied", () => {
  const row = { rival: "own-bun", zerocopySends: 10, kernelCopied: 1, unknown: 2 }
  const lines: string[] = []
  const columns = { rival: (one: typeof row) => one.rival, ...shareColumns }
  sayTable([row], columns, (line) => lines.push(line))
  assert.deepEqual(lines, [
    "rival    zero-copy  copied  unknown",
    "own-bun         10       1        2",
  ])
  sayTable([], columns, () => assert.fail("a table without rows has no titles"))
})
