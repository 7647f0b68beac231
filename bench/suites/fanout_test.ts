import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { sampleCost } from "../method/cost_sample.ts"
import { type Arrival, flawInArrival } from "../peers/audience.ts"
import { type Entry, type FanoutCost, fanoutRowsOf, flawOfFanout } from "./fanout.ts"
import { openLink } from "../peers/link.ts"
import type { Rival } from "../rivals.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"

const options = { timeout: 60_000 }
const program = inThisRuntime("faulty.mjs")

const arrival: Arrival = {
  ...{ bytes: 1e9, least: 1e9, most: 1e9, seconds: 4, slowestOfMedian: 0.5 },
}
const cost = (cpu: number, more: Partial<FanoutCost> = {}): FanoutCost =>
  sampleCost(cpu, { arrival, ...more })
const entry = (rival: string, peers: number): Entry => ({
  ...{ name: `${rival} to ${peers}`, rival, mode: "shared" },
  job: {
    ...{ address: "", port: 0, source: "views", chunkBytes: 1000, warmBytes: 0 },
    ...{ peers, totalBytes: 1e9 },
  },
})

test("a rival that is twice as dear with many peers is reported so, while the machine gets slower", () => {
  const entries = [entry("a", 1), entry("a", 100)]
  const rounds = [1, 2, 3].map((mood) =>
    new Map([["a to 1", cost(mood)], ["a to 100", cost(2 * mood)]])
  )
  const [one, many] = fanoutRowsOf(rounds, entries)
  assert.deepEqual(many.ofOnePeer, { median: 2, least: 2, most: 2 })
  assert.deepEqual(many.cpu, { median: 4, least: 2, most: 6 })
  assert.equal(one.ofOnePeer, undefined)
})

test("the throughput is what arrived, and the slowest peer is that of the worst round", () => {
  const slow = cost(1, { arrival: { ...arrival, slowestOfMedian: 0.25 } })
  const rounds = [cost(1), slow, cost(1)].map((cost) => new Map([["a to 1", cost]]))
  const [row] = fanoutRowsOf(rounds, [entry("a", 1)])
  assert.equal(row.bytesPerSecond, 2.5e8)
  assert.equal(row.slowestOfMedian, 0.25)
})

test("a row says what the kernel copied in all rounds together", () => {
  const rounds = [new Map([["a to 1", cost(1)]]), new Map([["a to 1", cost(1)]])]
  const [{ zerocopySends, kernelCopied, unknown }] = fanoutRowsOf(rounds, [entry("a", 1)])
  assert.deepEqual([zerocopySends, kernelCopied, unknown], [20, 2, 4])
})

test("who failed has no row, and the others have no ratio to it", () => {
  const rounds = [new Map([["a to 100", cost(1)]])]
  const rows = fanoutRowsOf(rounds, [entry("a", 1), entry("a", 100)])
  assert.deepEqual(rows.map(({ peers, ofOnePeer }) => [peers, ofOnePeer]), [[100, undefined]])
})

test("peers that lost something in a measured run void it", () => {
  const expected = { peers: 10, totalBytes: 1000 }
  const all = { ...arrival, bytes: 1000, least: 100, most: 100 }
  assert.equal(flawInArrival(all, expected), undefined)
  assert.match(flawInArrival({ ...all, bytes: 999, least: 99 }, expected) ?? "", /999 of 1000/)
  assert.match(flawInArrival({ ...all, least: 90, most: 110 }, expected) ?? "", /90 bytes instead/)
})

describe("a rival that sends to many gets a row", options, () => {
  const faults = {
    "when all is well": ["none", /^none$/],
    "never when the last byte is missing for one of them": ["short", /\d+ of \d+ bytes arrived/],
    "never when one has more and another one less": ["uneven", /bytes instead of/],
    "never when one bit is wrong for one of them": ["altered", /unaltered/],
    "never when two chunks have changed places for one of them": ["swapped", /unaltered/],
    "never when it does not say what it cost": ["silent", /printed no cost/],
    "never when it fails": ["crashing", /It broke/],
  } as const
  const rival = (fault: string): Rival => ({
    name: fault,
    command: ({ address, port, chunkBytes, totalBytes, peers }) => [
      ...[...program, address],
      ...[port, chunkBytes, totalBytes, fault, peers].map(String),
    ],
  })
  const job = { ...entry("a", 5).job, chunkBytes: 65_536 }
  for (const [name, [fault, expected]] of Object.entries(faults)) {
    test(name, options, async () => {
      using link = openLink("loopback", { mtu: 1500 })
      const flaw = await flawOfFanout(rival(fault), { ...entry("a", 5), job }, link, undefined)
      assert.match(flaw ?? "none", expected)
    })
  }
})
