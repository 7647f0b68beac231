import assert from "node:assert/strict"
import { test } from "node:test"
import type { Sample } from "./messages.ts"
import { complaintsOfGrowth, complaintsOfHeap, mostHeap } from "./memory_verdict.ts"

const sample: Sample = {
  ...{ type: "sample", seconds: 0, heap: 50e6, rss: 100e6, peakHeap: 70e6, peakRss: 100e6 },
  ...{ fds: 50, streams: 9, ended: 1, acceptedBytes: 1000, held: 0, queuedBytes: 0 },
  ...{ pinnedBytes: 0, mappedBytes: 0, leased: 0, quarantined: 0, registered: 0, couriers: 0 },
}
const heaps = (...heaps: readonly number[]) => heaps.map((heap) => ({ ...sample, heap }))

test("two hundred streams may use 300 MB more heap than before", () => {
  assert.deepEqual(complaintsOfHeap(heaps(50e6, 350e6, 50e6), 200), [])
  assert.deepEqual(complaintsOfHeap(heaps(50e6, 351e6, 50e6), 200), [
    "200 streams had 301 MB of heap in use, and may have 300 MB",
  ])
  assert.equal(mostHeap(heaps(50e6, 351e6, 50e6)), 301e6)
})

test("more streams may have more, and fewer no less", () => {
  assert.deepEqual(complaintsOfHeap(heaps(0, 600e6, 0), 400), [])
  assert.equal(complaintsOfHeap(heaps(0, 601e6, 0), 400).length, 1)
  assert.deepEqual(complaintsOfHeap(heaps(0, 300e6, 0), 20), [])
})

test("heap that streams still use after they have ended is a failure", () => {
  assert.deepEqual(complaintsOfHeap(heaps(50e6, 200e6, 80e6), 200), [])
  assert.match(complaintsOfHeap(heaps(50e6, 200e6, 90e6), 200)[0], /at the end 40 MB more of heap/)
})

test("garbage is not a failure, however much it is", () => {
  const peaks = heaps(50e6, 60e6).map((one) => ({ ...one, peakHeap: 5e9, peakRss: 5e9 }))
  assert.deepEqual(complaintsOfHeap(peaks, 200), [])
  assert.deepEqual(complaintsOfGrowth(peaks), [])
})

test("memory outside the heap that grows after the first third is a failure", () => {
  const run = (rss: (i: number) => number) =>
    Array.from({ length: 60 }, (_, i) => ({ ...sample, seconds: 10 * i, rss: 50e6 + rss(i) }))
  assert.deepEqual(complaintsOfGrowth(run((i) => 300e6 + (i % 7) * 20e6)), [])
  assert.deepEqual(complaintsOfGrowth(run((i) => i < 20 ? i * 20e6 : 400e6)), [])
  assert.match(complaintsOfGrowth(run((i) => 300e6 + i * 10e6))[0], /^resident memory beside/)
})

test("a heap that is larger because the network is slower is not growth", () => {
  const slower = Array.from({ length: 60 }, (_, i) => {
    const heap = i < 40 ? 60e6 : 250e6
    return { ...sample, seconds: 10 * i, heap, rss: heap + 100e6 }
  })
  assert.deepEqual(complaintsOfGrowth(slower), [])
})
