import assert from "node:assert/strict"
import { test } from "node:test"
import { type Column, headerOf, rowOf, shareColumns } from "./columns.ts"

const row = { rival: "a", zerocopySends: 10, kernelCopied: 1, unknown: 2 }
const columns: readonly Column<typeof row>[] = [
  { title: "rival", width: 7, value: ({ rival }) => rival },
  ...shareColumns,
]

test("cells stand below their titles, and each row says what was copied", () => {
  assert.equal(headerOf(columns), "rival    zero-copy  copied  unknown")
  assert.equal(rowOf(columns, row), "a               10       1        2")
})
