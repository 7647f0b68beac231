import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { all } from "./all.ts"

const readme = readFileSync(new URL("README.md", import.meta.url), "utf8")

test("the README names every case, its kernels and its links, and nothing else", () => {
  const said = rows().map(([name, ...columns]) => [name, ...columns].join(" | "))
  const actual = all.map(({ name, kernels, links }) => {
    const [only] = kernels ?? ["both"]
    return [name, only === "linux" ? "Linux" : only, links?.join(", ") ?? "all"].join(" | ")
  })
  assert.deepEqual(said.toSorted(), actual.toSorted())
})

test("no two cases have the same name", () => {
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
})

/** The first three columns of the rows that begin with a name. */
function rows(): string[][] {
  return readme.split("\n").filter((line) => line.startsWith("| `")).flatMap((line) => {
    const [name, kernels, links] = line.split("|").slice(1).map((cell) => cell.trim())
    return expand(name.slice(1, -1)).map((name) => [name, kernels, links])
  })
}

/** As a shell has it: `a{b,c}` is `ab` and `ac`. */
function expand(name: string): string[] {
  const found = /^(.*?)\{(.*?)\}(.*)$/.exec(name)
  if (found === null) return [name]
  const [, before, choices, after] = found
  return choices.split(",").flatMap((choice) => expand(`${before}${choice}${after}`))
}
