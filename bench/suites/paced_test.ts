import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { after, before, describe, test } from "node:test"
import { compileReference, type Reference } from "../peers/compiler.ts"
import { openLink } from "../peers/link.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"
import { parse } from "../options.ts"
import { startAsked } from "../peers/asked_server.ts"
import { flawOfPaced, measurePaced } from "./paced.ts"
import { pacedColumns, type PacedCost, pacedRowsOf } from "./paced_rows.ts"

const options = { timeout: 300_000 }

const cost = (p99: number, cpu: number, taken: readonly number[] = []): PacedCost => ({
  ...{ due: 1000, answered: 500, p50: p99 / 10, p99, most: 2 * p99, late: 1, taken },
  ...{ userSeconds: 0, systemSeconds: cpu, foreignSeconds: 0, seconds: 2 },
})
const alone = { ask: "rate", connections: 16, rate: 5000, takers: 0 } as const
const beside = { ...alone, ask: "beside", takers: 3 } as const

test("the 99th percentile is compared with the runtime's own of the same round", () => {
  const rounds = [[10, 5], [30, 10], [20, 40]].map(([ours, own]) =>
    new Map([["streams-deno", cost(ours, 1)], ["own-streams-deno", cost(own, 1)]])
  )
  const [ours, own] = pacedRowsOf(rounds, alone)
  assert.equal(ours.p99, 20)
  assert.deepEqual(ours.p99OfOwn, { median: 2, least: 0.5, most: 3 })
  assert.equal(own.p99OfOwn, undefined)
})

test("CPU is that of an answer, not of a request that got none", () => {
  const [row] = pacedRowsOf([new Map([["c", cost(10, 1)]])], alone)
  assert.deepEqual([row.due, row.answered, row.cpuMicros, row.taken], [1000, 500, 2000, undefined])
})

test("beside takers CPU is that of a gigabyte, and the slowest taker is named", () => {
  const [row] = pacedRowsOf([new Map([["c", cost(10, 1, [1e9, 2e9, 2e9])]])], beside)
  const taken = { bytesPerSecond: 2.5e9, cpuPerGB: 0.2, slowestOfMedian: 0.5 }
  assert.deepEqual([row.cpuMicros, row.taken], [undefined, taken])
})

test("a row beside takers says what was copied, if the server tells", () => {
  const sent = { zerocopy: 0, moved: 0, copied: 0.75, kernelCopied: 0.25, unknown: 0 }
  const round = new Map([["handlers-bun", { ...cost(10, 1, [1, 1, 1]), sent }], [
    "c",
    cost(10, 1, [1, 1, 1]),
  ]])
  const [ours, c] = pacedRowsOf([round], beside)
  assert.match(pacedColumns.beside.copied(ours), /75/)
  assert.equal(pacedColumns.beside.copied(c), "")
})

const compiler = spawnSync("cc", ["--version"], { stdio: "ignore" }).status === 0
const skip = compiler ? false : "there is no C compiler"

describe("a server that is asked at a fixed rate", { ...options, skip }, () => {
  let reference: Reference
  before(() => void (reference = compileReference()))
  after(() => reference[Symbol.dispose]())

  const faults = {
    "gets a row when all is well": ["none", 0, /^none$/],
    "gets a row when all is well beside takers": ["none", 2, /^none$/],
    "gets no row when one bit of an answer is wrong": ["altered", 0, /answered something else/],
    "gets no row when it answers twice": ["twice", 0, /answered something else/],
    "gets no row when it closes a connection": ["closing", 0, /closed a connection/],
    "gets no row when it sends nothing to takers": ["mean", 2, /did not send to all/],
    "gets no row when its bodies end": ["short", 2, /A stream has ended/],
  } as const
  for (const [name, [fault, takers, expected]] of Object.entries(faults)) {
    test(name, options, async () => {
      assert.match(await flawOf("faulty_asked.mjs", [fault], takers) ?? "none", expected)
    })
  }

  const servers = {
    handlers: ["asked.ts", ["handlers"]],
    streams: ["asked.ts", ["streams"]],
    "the runtime's own sockets": ["asked_own.mjs", ["handlers"]],
    "calls to the kernel alone": ["asked_floor.ts", []],
  } as const
  for (const [name, [file, words]] of Object.entries(servers)) {
    test(`answers and sends bodies by ${name}`, options, async () => {
      assert.equal(await flawOf(file, words, 3), undefined)
    })
  }

  test("a server with a flaw has no row for any number of connections", options, async () => {
    const [asked] = parse(["small", "--asks", "rate", "--connections", "2,3", "--rounds", "1"])
    const rivals = new Map([["altered", [...inThisRuntime("faulty_asked.mjs"), "altered", "rate"]]])
    let said = ""
    const rows = await measurePaced(asked, "rate", reference, (text) => said += `${text}\n`, rivals)
    assert.deepEqual(rows, [])
    assert.equal(said.match(/altered has no row: The server has answered/g)?.length, 2, said)
  })

  async function flawOf(
    file: string,
    words: readonly string[],
    takers: number,
  ): Promise<string | undefined> {
    using link = openLink("loopback", { mtu: 1500 })
    const { programs } = reference
    if (programs === undefined) throw new Error("there is no C compiler")
    const command = [...inThisRuntime(file), ...words, takers > 0 ? "beside" : "rate"]
    await using server = await startAsked(link, command)
    return await flawOfPaced(link, programs, server, takers, words[0] === "mean" ? 0.5 : 60)
  }
})
