import assert from "node:assert/strict"
import { test } from "node:test"
import { readmeTable } from "./readme_table.ts"
import type { Result } from "./result.ts"

const machine = { cpus: 2, cpu: "a CPU", kernel: "Linux 6.18.1", versions: { bun: "1", deno: "2" } }

const flows = (command: string, flow: string, ratios: Record<string, number>): Result =>
  ({
    date: "2026-01-02T03",
    command,
    machine: { ...machine, commit: "abc" },
    flows: Object.entries(ratios).flatMap(([runtime, median]) => [
      { flow, rival: `zerowire-${runtime}`, cpu: median, ofOwn: { median }, zerocopySends: 1 },
      { flow, rival: `own-${runtime}`, cpu: 1 },
    ]),
  }) as never

const rowsOf = (...results: readonly Result[]) =>
  readmeTable(results).split("\n").filter((line) =>
    line.includes("from socket") || /^- /.test(line)
  )

test("a row has both runtimes, a loss in bold, and the letter of its command", () => {
  assert.deepEqual(rowsOf(flows("npm run bench -- relay", "relay", { bun: 0.5, deno: 1.25 })), [
    "| from socket to socket, `pipeTo` | 0.50 | **1.25** | a |",
    "- a: `npm run bench -- relay`",
  ])
})

test("a runtime that was not measured has no figure, and each command one letter", () => {
  const results = [flows("x", "relay", { deno: 0.5 }), flows("y", "gzip", { bun: 1 })]
  assert.deepEqual(rowsOf(...results), [
    "| from socket to socket, `pipeTo` | – | 0.50 | a |",
    "- a: `x`",
    "- b: `y`",
  ])
})
