import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Choice, Chooser, type ChooserOptions } from "./chooser.ts"

test("elements from the threshold up are sent zero-copy, smaller ones are copied", () => {
  const chooser = make({ thresholdBytes: 1000 })
  assert.equal(chooser.choose(1000, 0), "zerocopy")
  assert.equal(chooser.choose(1000, 99), "zerocopy")
  assert.equal(chooser.choose(999, 0), "small")
  assert.equal(chooser.closed, undefined)
})

test('"always" goes on whatever the kernel reports, and to a peer on this host too', () => {
  const chooser = make({ mode: "always", local: () => true })
  for (let id = 0; id < 10; id++) {
    assert.equal(chooser.choose(big, id), "zerocopy")
    chooser.issued(id)
    chooser.notified(id, true)
    chooser.refused()
  }
  assert.equal(chooser.choose(1, 0), "small")
  assert.equal(chooser.closed, undefined)
})

test("COPIED turns zero-copy off, and the reason is told", () => {
  const chooser = make()
  chooser.issued(0)
  chooser.notified(0, true)
  assert.equal(chooser.choose(big, 0), "copied")
  assert.equal(chooser.closed, "copied")
})

test("a notification without COPIED changes nothing while zero-copy is on", () => {
  const chooser = make()
  chooser.issued(0)
  chooser.notified(0, false)
  assert.equal(chooser.choose(big, 0), "zerocopy")
})

test("a socket to this host starts by copying, and probes later than others", () => {
  const chooser = make({ local: () => true })
  assert.equal(chooser.choose(big, 0), "local")
  assert.equal(chooser.closed, "local")
  assert.equal(distanceToProbe(chooser), 16 * MiB)
})

test("a probe that finds COPIED to this host leaves the reason, which is no fault of a route", () => {
  const chooser = make({ local: () => true })
  assert.equal(chooser.choose(big, 0), "local")
  chooser.copied(16 * MiB)
  assert.equal(chooser.choose(big, 0), "zerocopy")
  chooser.issued(0)
  chooser.notified(0, true)
  assert.equal(chooser.choose(big, 0), "local")
})

test("after 4 MiB of copies one element is sent zero-copy, alone, and others wait for its verdict", () => {
  const chooser = turnedOff()
  assert.equal(distanceToProbe(chooser), 4 * MiB)
  assert.equal(chooser.probes, true)
  chooser.issued(7)
  assert.equal(chooser.probes, false)
  assert.equal(chooser.awaitsVerdict, true)
  assert.equal(chooser.choose(big, 1), "probing")
  assert.equal(chooser.closed, "probing")
})

test("a probe waits until nothing is in flight, so that its verdict cannot be merged", () => {
  const chooser = turnedOff()
  chooser.copied(4 * MiB)
  assert.equal(chooser.choose(big, 1), "copied")
  assert.equal(chooser.choose(big, 0), "zerocopy")
})

test("a probe that found no room is tried again", () => {
  const chooser = turnedOff()
  chooser.copied(4 * MiB)
  assert.equal(chooser.choose(big, 0), "zerocopy")
  // EAGAIN: nothing was issued.
  assert.equal(chooser.choose(big, 0), "zerocopy")
  assert.equal(chooser.probes, true)
})

test("small elements are never probes", () => {
  const chooser = turnedOff()
  chooser.copied(4 * MiB)
  assert.equal(chooser.choose(1, 0), "small")
  assert.equal(chooser.probes, false)
})

test("only a range that starts at the probe's id is its verdict", () => {
  const chooser = probing(7)
  chooser.notified(6, false)
  chooser.notified(6, true)
  chooser.notified(8, false)
  assert.equal(chooser.choose(big, 1), "probing")
  chooser.notified(7, false)
  assert.equal(chooser.choose(big, 0), "zerocopy")
  assert.equal(chooser.closed, undefined)
})

test("each copied probe makes the distance to the next one four times longer, up to 1 GiB", () => {
  const chooser = turnedOff()
  const distances: number[] = []
  for (let id = 1; id <= 6; id++) {
    distances.push(distanceToProbe(chooser))
    chooser.issued(id)
    chooser.notified(id, true)
    assert.equal(chooser.choose(big, 0), "copied")
  }
  assert.deepEqual(distances, [4, 16, 64, 256, 1024, 1024].map((n) => n * MiB))
})

test("a probe that went zero-copy turns it on again, and the next way to a probe is short", () => {
  const chooser = probing(7)
  chooser.notified(7, true)
  distanceToProbe(chooser)
  chooser.issued(8)
  chooser.notified(8, false)
  assert.equal(chooser.choose(big, 5), "zerocopy")
  chooser.issued(9)
  chooser.notified(9, true)
  assert.equal(distanceToProbe(chooser), 4 * MiB)
})

test("ENOBUFS for a probe ends it: the distance to the next one grows, the reason stays", () => {
  const chooser = turnedOff()
  distanceToProbe(chooser)
  chooser.refused()
  assert.equal(chooser.choose(big, 0), "copied")
  assert.equal(distanceToProbe(chooser), 16 * MiB)
})

test("ENOBUFS while zero-copy is on leaves it on", () => {
  const chooser = make()
  chooser.refused()
  assert.equal(chooser.choose(big, 0), "zerocopy")
})

test("late reports of sends from before it was turned off are not verdicts", () => {
  const chooser = make()
  for (const id of [0, 1, 2]) chooser.issued(id)
  chooser.notified(0, true)
  chooser.notified(1, true)
  chooser.notified(2, false)
  assert.equal(chooser.choose(big, 0), "copied")
  assert.equal(distanceToProbe(chooser), 4 * MiB)
})

test("reading the reason decides nothing, and agrees with the next decision", () =>
  fc.assert(
    fc.property(fc.boolean(), fc.array(event, { size: "max", maxLength: 200 }), (local, events) => {
      const chooser = make({ local: () => local })
      let id = 0
      const inFlight: number[] = []
      let probe = -1
      for (const { kind, bytes, copied } of events) {
        const closed = chooser.closed
        assert.equal(chooser.closed, closed)
        const awaits = chooser.awaitsVerdict
        assert.equal(awaits, probe >= 0)
        if (kind === "notify") {
          const at = inFlight.shift()
          if (at === undefined) continue
          chooser.notified(at, copied)
          if (at === probe) probe = -1
          continue
        }
        const choice: Choice = chooser.choose(bytes, inFlight.length)
        if (bytes < threshold) assert.equal(choice, "small")
        else if (closed !== undefined) assert.equal(choice, closed)
        if (choice === "zerocopy") {
          assert.equal(awaits, false)
          if (chooser.probes) {
            assert.equal(inFlight.length, 0)
            probe = id
          }
          chooser.issued(id)
          inFlight.push(id++)
        } else {
          chooser.copied(bytes)
        }
      }
    }),
  ))

const MiB = 1024 * 1024
const threshold = 16 * 1024
const big = 64 * 1024

const make = (options: Partial<ChooserOptions> = {}): Chooser =>
  new Chooser({
    mode: "auto",
    thresholdBytes: threshold,
    local: () => false,
    ...options,
  })

/** A chooser after the kernel's first COPIED. */
function turnedOff(): Chooser {
  const chooser = make()
  chooser.issued(0)
  chooser.notified(0, true)
  return chooser
}

/** A chooser whose probe is in flight under `id`. */
function probing(id: number): Chooser {
  const chooser = turnedOff()
  distanceToProbe(chooser)
  chooser.issued(id)
  return chooser
}

/** Copies until an element may go zero-copy, and answers how many bytes that took. */
function distanceToProbe(chooser: Chooser): number {
  let bytes = 0
  while (chooser.choose(big, 0) !== "zerocopy") {
    chooser.copied(MiB)
    bytes += MiB
  }
  return bytes
}

const event = fc.record({
  kind: fc.constantFrom("send", "send", "notify"),
  bytes: fc.constantFrom(1, threshold - 1, threshold, 5 * MiB),
  copied: fc.boolean(),
})
