import assert from "node:assert/strict"
import { test } from "node:test"
import type { Asked, Received, Sample, Sent } from "./messages.ts"
import type { Plan } from "./plan.ts"
import { complaintsOf, complaintsOfStream } from "./verdict.ts"

const plan: Plan = {
  ...{ id: 1, side: "connect", behaviour: "fast", way: "pipe", totalBytes: 1000, turnAt: 4 },
  ...{ pauseMillis: 0, upBytes: 0, seed: 1, address: "192.0.2.2" },
}
const sent: Sent = { type: "sent", plan, outcome: "ok", sha256: "aa", held: 0 }
const received: Received = {
  ...{ type: "received", id: 1, bytes: 1000, sha256: "aa", wrongAt: -1, end: { how: "fin" } },
}
const sample: Sample = {
  ...{ type: "sample", seconds: 0, heap: 50e6, rss: 100e6, peakHeap: 70e6, peakRss: 100e6 },
  ...{ fds: 50, streams: 0, ended: 1, acceptedBytes: 1000, held: 0, queuedBytes: 0 },
  ...{ pinnedBytes: 0, mappedBytes: 0, leased: 0, quarantined: 0, registered: 0, couriers: 0 },
}

const asked: Asked = {
  ...{ type: "asked", answers: 10, connections: 2, slowest: 5, complaints: [] },
}

/** What a kernel knows of a connection whose peer had not come to its end. */
function waiting(fin: boolean, unreadBytes: number): Received["end"] {
  return { how: "open", kernel: { fin, unreadBytes } }
}

const judge = (
  samples: readonly Sample[],
  sent: readonly Sent[] = [],
  received: ReadonlyMap<number, Received> = new Map(),
) => complaintsOf({ sent, received, samples, streams: 1, asked })

test("a stream that arrived is not a failure", () => {
  assert.deepEqual(judge([sample], [sent], new Map([[1, received]])), [])
})

test("a wrong answer to those who ask is a failure, and so is their silence", () => {
  const evidence = { sent: [], received: new Map(), samples: [sample], streams: 1 }
  const complaints = ["asker 3: byte 7 of an answer of 9 is wrong"]
  assert.deepEqual(complaintsOf({ ...evidence, asked: { ...asked, complaints } }), complaints)
  assert.match(complaintsOf({ ...evidence, asked: undefined })[0], /have not said/)
})

const wrong: readonly (readonly [string, Partial<Sent>, Partial<Received> | undefined, RegExp])[] =
  [
    ["another hash", {}, { sha256: "bb" }, /another hash/],
    ["a byte that does not belong there", {}, { wrongAt: 7 }, /wrong byte at 7/],
    ["too few bytes", {}, { bytes: 999 }, /got 999 of 1000 bytes and a FIN/],
    ["a reset behind all bytes", {}, { end: { how: "reset", code: "ECONNRESET" } }, /ECONNRESET/],
    ["a close without a FIN", {}, { end: { how: "closed" } }, /closed without a FIN/],
    ["a peer that waits for a FIN", {}, { end: waiting(false, 0) }, /0 bytes more and no FIN/],
    ["a peer that waits for bytes", {}, { bytes: 9, end: waiting(true, 990) }, /990 bytes more/],
    ["a peer whose connection is gone", {}, { end: { how: "open" } }, /knows nothing/],
    ["a peer that was never reached", {}, undefined, /not heard of it/],
    ["a failure that nothing explains", { outcome: "failed" }, {}, /should have been ok/],
    ["memory that is held", { held: 2 }, {}, /2 pieces are held/],
    ["a wrong answer of the peer", { complaint: "byte 3 is wrong" }, {}, /byte 3 is wrong/],
  ]
for (const [name, said, got, says] of wrong) {
  test(`${name} is a failure`, () => {
    const answer = got && { ...received, ...got }
    const [complaint, ...others] = complaintsOfStream({ ...sent, ...said }, answer)
    assert.match(complaint, says)
    assert.deepEqual(others, [])
  })
}

test("success with a peer that has reset the connection is a failure", () => {
  const lost = { ...plan, behaviour: "reset" } as const
  const [complaint] = complaintsOfStream({ ...sent, plan: lost }, received)
  assert.match(complaint, /should have been failed, and was ok/)
})

test("bytes in the peer's kernel have arrived, even if its runtime has not read them", () => {
  assert.deepEqual(complaintsOfStream(sent, { ...received, end: waiting(true, 0) }), [])
  const unread = { ...received, bytes: 900, sha256: "of the part", end: waiting(true, 100) }
  assert.deepEqual(complaintsOfStream(sent, unread), [])
})

test("the bytes of a failed stream must still be correct", () => {
  const lost = { ...sent, plan: { ...plan, way: "abort" }, outcome: "failed" } as const
  assert.deepEqual(complaintsOfStream(lost, { ...received, bytes: 10, end: { how: "left" } }), [])
  assert.equal(complaintsOfStream(lost, { ...received, wrongAt: 5 }).length, 1)
})

test("anything left at the end is a failure, by name", () => {
  const left = { ...sample, held: 1, quarantined: 3 }
  assert.deepEqual(judge([left]), [
    "at the end held is 1",
    "at the end quarantined is 3",
  ])
})

test("sockets that stay open after their streams are a failure", () => {
  const [complaint] = judge([sample, { ...sample, fds: sample.fds + 40 }])
  assert.equal(complaint, "at the end 90 file descriptors are open, 50 at the beginning")
})
