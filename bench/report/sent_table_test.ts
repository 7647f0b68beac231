import assert from "node:assert/strict"
import { test } from "node:test"
import type { Result } from "./result.ts"
import { sentTable } from "./sent_table.ts"

const machine = {
  cpus: 2,
  cpu: "a CPU",
  kernel: "Linux 6.18.1 x86_64",
  versions: { bun: "1", deno: "2 (x)" },
}

const file = (rival: string, median: number, zerocopySends: number) => ({
  flow: "file",
  rival,
  cpu: median,
  ofOwn: { median },
  zerocopySends,
  kernelCopied: 1,
  unknown: 2,
})

/** A way in a runtime, and the runtime's own. */
const files = (...rows: readonly ReturnType<typeof file>[]) => ({
  flows: [
    ...rows,
    { flow: "file", rival: "own-bun", cpu: 1 },
    { flow: "file", rival: "own-deno", cpu: 1 },
  ],
})

const result = (part: object): Result =>
  ({
    date: "2026-01-02T03",
    command: "npm run bench --json x",
    machine: { ...machine, commit: "abc" },
    ...part,
  }) as never

const linesOf = (results: readonly Result[]) =>
  sentTable(results).split("\n").filter((line) => line.startsWith("| a "))

test("every line says how much the kernel copied, and the command that measures it", () => {
  const [sent] = linesOf([result(files(file("pipe-bun", 0.5, 9)))])
  assert.match(sent, /\| 1 of 9, 2 unknown \| `npm run bench` \|$/)
})

test("a line that Zerowire loses stays in the table and is set in bold", () => {
  const [won, lost] = linesOf([
    result(files(file("pipe-bun", 0.5, 9), file("pipe-deno", 1.5, 9))),
  ])
  assert.match(won, /\| 0\.50 \|/)
  assert.match(lost, /\| \*\*1\.50\*\* \|/)
})

test("the newest result of a kind counts, and rows without their counterpart are left out", () => {
  const rivals = ["zerowire-bun", "zerowire-bun-handlers", "own-bun", "zerowire-deno"]
  const latency = (cpuMicros: number) =>
    rivals.map((rival) => ({
      rival,
      messageBytes: 200,
      cpuMicros: rival.startsWith("own") ? 10 : cpuMicros,
      zerocopySends: 0,
    }))
  const lines = linesOf([result({ latency: latency(99) }), result({ latency: latency(20) })])
  assert.deepEqual(lines, [
    "| a message of 200 B and its answer, streams | bun | 20 µs | 10 µs | **2.00** | – | no ids | `npm run bench` |",
    "| a message of 200 B and its answer, handlers | bun | 20 µs | 10 µs | **2.00** | – | no ids | `npm run bench` |",
  ])
})

test("each flow is of the newest result that has it, and never mixed", () => {
  const older = result({
    flows: [
      ...files(file("pipe-bun", 0.7, 9)).flows,
      { ...file("zerowire-bun", 0.6, 9), flow: "relay" },
      { flow: "relay", rival: "own-bun", cpu: 1 },
    ],
  })
  const newer = result(files(file("stream-bun", 0.2, 0)))
  const lines = sentTable([older, newer]).split("\n").filter((line) => /^\| (a|from)/.test(line))
  assert.deepEqual(lines.map((line) => line.split(" | ")[2]), ["0.20 s/GB", "0.60 s/GB"])
})

test("a relay has its line, which pins nothing", () => {
  const relay = [
    { ...file("zerowire-deno", 0.25, 0), flow: "relay", ofC: { median: 1.5 } },
    { flow: "relay", rival: "own-deno", cpu: 1 },
    { flow: "file", rival: "own-deno", cpu: 9 },
  ]
  const [line] = sentTable([result({ flows: relay })]).split("\n").filter((line) =>
    line.startsWith("| from")
  )
  assert.match(line, /deno \| 0\.25 s\/GB \| 1\.00 s\/GB \| 0\.25 \| 1\.50 \| no ids \|/)
})
