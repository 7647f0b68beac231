import assert from "node:assert/strict"
import { test } from "node:test"
import { comparisonTable } from "./comparison_table.ts"
import { newestResults } from "./results.ts"

const table = comparisonTable(newestResults().results).split("\n").map((line) =>
  line.split("|").slice(1, -1).map((cell) => cell.trim())
)

test("the comparison has a figure of nginx for files, and none for what nginx did not send", () => {
  const [heads, , ...rows] = table
  const nginx = heads.indexOf("nginx")
  const figures = rows.filter((row) => row[nginx] !== "–")
  assert.deepEqual(figures.map(([what]) => what), ["a file"])
})

test("the least of each row is bold, the programs in C aside", () => {
  for (const [what, ...cells] of table.slice(2)) {
    const costs = cells.slice(0, -1).filter((cell) => cell !== "–")
    const least = Math.min(...costs.map((cell) => Number(cell.replaceAll("*", ""))))
    const bold = cells.filter((cell) => cell.startsWith("**"))
    assert.ok(bold.length >= 1, what)
    assert.ok(bold.every((cell) => Number(cell.replaceAll("*", "")) === least), what)
  }
})
