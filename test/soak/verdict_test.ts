import assert from "node:assert/strict"
import { test } from "node:test"
import type { Received, Sample, Sent } from "./messages.ts"
import type { Plan } from "./plan.ts"
import { complaintsOf, complaintsOfGrowth, complaintsOfStream } from "./verdict.ts"

const plan: Plan = {
  ...{ id: 1, side: "connect", behaviour: "fast", way: "pipe", totalBytes: 1000, turnAt: 4 },
  ...{ pauseMillis: 0, upBytes: 0, seed: 1, address: "192.0.2.2" },
}
const sent: Sent = { type: "sent", plan, outcome: "ok", sha256: "aa", held: 0 }
const received: Received = {
  ...{ type: "received", id: 1, bytes: 1000, sha256: "aa", wrongAt: -1, fin: true },
}
const sample: Sample = {
  ...{ type: "sample", seconds: 0, rss: 100e6, heap: 50e6, fds: 50, streams: 0, ended: 1 },
  ...{ acceptedBytes: 1000, held: 0, pinnedBytes: 0, leased: 0, quarantined: 0 },
  ...{ registered: 0, couriers: 0 },
}

test("a stream that arrived is nothing to complain of", () => {
  assert.deepEqual(complaintsOf([sent], new Map([[1, received]]), [sample]), [])
})

const wrong: readonly (readonly [string, Partial<Sent>, Partial<Received> | undefined, RegExp])[] =
  [
    ["another hash", {}, { sha256: "bb" }, /another hash/],
    ["a byte that does not belong there", {}, { wrongAt: 7 }, /wrong byte at 7/],
    ["too few bytes", {}, { bytes: 999 }, /got 999 bytes and a FIN/],
    ["no FIN", {}, { fin: false }, /without a FIN/],
    ["a peer that was never reached", {}, undefined, /not heard of it/],
    ["a failure that nothing explains", { outcome: "failed" }, {}, /should have been ok/],
    ["memory that is held", { held: 2 }, {}, /2 pieces are held/],
    ["a wrong answer of the peer", { complaint: "byte 3 is wrong" }, {}, /byte 3 is wrong/],
  ]
for (const [name, said, got, says] of wrong) {
  test(`${name} is complained of`, () => {
    const answer = got && { ...received, ...got }
    const [complaint, ...others] = complaintsOfStream({ ...sent, ...said }, answer)
    assert.match(complaint, says)
    assert.deepEqual(others, [])
  })
}

test("success with a peer that has reset the connection is complained of", () => {
  const lost = { ...plan, behaviour: "reset" } as const
  const [complaint] = complaintsOfStream({ ...sent, plan: lost }, received)
  assert.match(complaint, /should have been failed, and was ok/)
})

test("what a failed stream has brought has to be right all the same", () => {
  const lost = { ...sent, plan: { ...plan, way: "abort" }, outcome: "failed" } as const
  assert.deepEqual(complaintsOfStream(lost, { ...received, bytes: 10, fin: false }), [])
  assert.equal(complaintsOfStream(lost, { ...received, wrongAt: 5 }).length, 1)
})

test("what is left at the end is complained of, by name", () => {
  const left = { ...sample, held: 1, quarantined: 3 }
  assert.deepEqual(complaintsOf([], new Map(), [left]), [
    "at the end held is 1",
    "at the end quarantined is 3",
  ])
})

test("sockets that stay open after their streams are complained of", () => {
  const [complaint] = complaintsOf([], new Map(), [sample, { ...sample, fds: sample.fds + 40 }])
  assert.equal(complaint, "at the end 90 file descriptors are open, 50 at the beginning")
})

test("memory that grows by more than a tenth after the first third is complained of", () => {
  const run = (rss: (i: number) => number) =>
    Array.from({ length: 60 }, (_, i) => ({ ...sample, seconds: 10 * i, streams: 9, rss: rss(i) }))
  assert.deepEqual(complaintsOfGrowth(run((i) => 300e6 + (i % 7) * 20e6)), [])
  assert.deepEqual(complaintsOfGrowth(run((i) => i < 20 ? i * 20e6 : 400e6)), [])
  assert.match(complaintsOfGrowth(run((i) => 300e6 + i * 5e6))[0], /^rss grows/)
})
