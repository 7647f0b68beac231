import assert from "node:assert/strict"
import { test } from "node:test"
import { toldBy } from "../peers/wrk.ts"
import { sentBetween } from "../peers/http_sent.ts"
import { besideRowsOf } from "./http_beside.ts"
import { httpRowsOf } from "./http_rows.ts"

const told = { requests: 1000, bytes: 2e9, seconds: 2, p50: 10, p99: 100 }
const cost = (systemSeconds: number, requests = 1000) => ({
  ...{ ...told, requests, bytes: requests * 2e6 },
  ...{ userSeconds: 0, systemSeconds, foreignSeconds: 0 },
})
const asked = {
  ...{ link: "lab", mtu: 1500, source: "memory", bytes: 2e6, connections: 16 } as const,
}

test("a server is compared with its runtime's own and with nginx, round by round", () => {
  const round = (ours: number, own: number, nginx: number) =>
    new Map([["zerowire-bun", cost(ours)], ["own-bun", cost(own)], ["nginx", cost(nginx)]])
  const rounds = [round(1, 2, 4), round(10, 20, 20), round(3, 12, 3)]
  const [zerowire, own, nginx] = httpRowsOf(rounds, asked)
  assert.deepEqual(zerowire.ofOwn?.cpu, { median: 0.5, least: 0.25, most: 0.5 })
  assert.deepEqual(zerowire.ofNginx?.cpu, { median: 0.5, least: 0.25, most: 1 })
  assert.equal(own.ofOwn, undefined)
  assert.deepEqual([nginx.ofOwn, nginx.ofNginx], [undefined, undefined])
})

test("CPU is that of a request and of a gigabyte, and rates are of a second", () => {
  const [row] = httpRowsOf([new Map([["own-bun", cost(1)]])], asked)
  assert.equal(row.cpuMicros, 1000)
  assert.equal(row.cpuPerGB, 0.5)
  assert.equal(row.requestsPerSecond, 500)
})

test("of a round that answered more for the same time, a byte costs less", () => {
  const round = new Map([["zerowire-deno", cost(1, 2000)], ["own-deno", cost(1, 1000)]])
  const [{ ofOwn }] = httpRowsOf([round], asked)
  assert.equal(ofOwn?.cpu.median, 0.5)
  assert.equal(ofOwn?.requests.median, 2)
})

test("shares are parts of what was accepted between two looks", () => {
  const sums = (accepted: number, small: number, late: number) => ({
    ...{ acceptedBytes: accepted, zerocopyBytes: accepted / 2, movedBytes: 0 },
    ...{ kernelCopiedBytes: late, unverifiedBytes: 0, copied: { small, slots: small } },
  })
  const sent = sentBetween(sums(1000, 100, 10), sums(2000, 200, 60))
  assert.deepEqual(sent, { zerocopy: 0.5, moved: 0, copied: 0.2, kernelCopied: 0.05, unknown: 0 })
})

test("the 99th percentile beside downloads is compared with that of the same round", () => {
  const round = (alone: number, beside: number) =>
    new Map([["own-bun", {
      ...cost(1),
      ...{
        alone: { ...told, p99: alone },
        beside: { ...told, p99: beside },
        downloads: told,
        slowestOfMedian: 0.5,
        sent: { zerocopy: 0, moved: 0.9, copied: 0.1, kernelCopied: 0, unknown: 0 },
      },
    }]])
  const [row] = besideRowsOf([round(10, 20), round(100, 400), round(1, 3)], {
    ...{ link: "lab", source: "file", bytes: 1e6, downloads: 128 },
  })
  assert.deepEqual(row.p99OfAlone, { median: 3, least: 2, most: 4 })
  assert.equal(row.downloadedPerSecond, 1e9)
  assert.equal(row.slowestOfMedian, 0.5)
  assert.equal(row.sent?.moved.toFixed(3), "0.900")
})

test("what wrk counted is read from its last line", () => {
  const line = JSON.stringify({ ...told, errors: 0, reads: 0 })
  assert.deepEqual(toldBy(`Running 2s test\n  Latency   1.00us\n${line}\n`), told)
})

test("if wrk met errors, or got no answer, or says nothing, there are no figures", () => {
  const said = (what: object) => JSON.stringify({ ...told, errors: 0, reads: 0, ...what })
  assert.throws(() => toldBy(said({ errors: 1 })), /1 errors/)
  assert.throws(() => toldBy(said({ reads: 2 })), /2 errors/)
  assert.throws(() => toldBy(said({ errors: 1, reads: 2 }), { closing: true }), /1 errors/)
  assert.deepEqual(toldBy(said({ reads: 2 }), { closing: true }), told)
  assert.throws(() => toldBy(said({ requests: 0 })), /no answer/)
  assert.throws(() => toldBy("unable to connect"), /did not say/)
})
