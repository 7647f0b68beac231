import assert from "node:assert/strict"
import { test } from "node:test"
import { HeldLease, type LeaseHome, type LeaseState, type SlotMemory } from "./held_lease.ts"

test("a lease goes where its state leads, and each other step is refused by name", () => {
  const refused: string[] = []
  for (const [state, path] of Object.entries(paths)) {
    for (const step of steps) {
      const lease = make().lease
      for (const before of path) lease[before]()
      assert.equal(lease.state, state)
      const next = legal[state as LeaseState][step]
      if (next === undefined) {
        assert.throws(() => lease[step](), new RegExp(`it is "${state}"`), `${state}, ${step}`)
        assert.equal(lease.state, state, "a refused step changes nothing")
        refused.push(`${state}.${step}`)
      } else {
        lease[step]()
        assert.equal(lease.state, next)
      }
    }
  }
  assert.equal(refused.length, 5 * 5 - 6)
})

test("a refused step touches neither the slab nor the memory", () => {
  const { lease, calls } = make()
  lease.take()
  const before = calls.length
  assert.throws(() => lease.giveBack())
  assert.throws(() => lease.quarantine())
  assert.equal(calls.length, before)
})

test("what the holder wrote is what is sent, and the holder cannot write any more", () => {
  const { lease } = make()
  const { bytes } = lease
  bytes.fill(7)
  const memory = lease.take()
  assert.deepEqual(new Uint8Array(memory.buffer), new Uint8Array(64).fill(7))
  assert.equal(bytes.byteLength, 0)
  assert.equal(lease.bytes.byteLength, 0)
  assert.equal(lease.byteLength, 0)
  bytes[0] = 1
  assert.equal(new Uint8Array(memory.buffer)[0], 7)
})

test("a lease whose bytes were never read gives no access to memory in flight", () => {
  const { lease } = make()
  lease.take()
  assert.equal(lease.bytes.byteLength, 0)
  lease.release()
  assert.equal(lease.bytes.byteLength, 0)
})

test("a lease that was given back gives no access to its slot", () => {
  const looked = make()
  const { bytes } = looked.lease
  looked.lease.giveBack()
  assert.equal(bytes.byteLength, 0)
  assert.equal(looked.lease.byteLength, 0)

  const unseen = make()
  unseen.lease.giveBack()
  assert.equal(unseen.lease.bytes.byteLength, 0)
})

test("the slot comes back with the memory that was sent, once", () => {
  const { lease, calls } = make()
  const memory = lease.take()
  lease.release()
  assert.deepEqual(calls, ["rebind", "giveBack 3"])
  assert.throws(() => lease.release())
  assert.ok(!memory.buffer.detached)
})

test("an orphan comes back with proof, or is quarantined and never comes back", () => {
  const proved = make()
  proved.lease.take()
  proved.lease.orphan()
  proved.lease.release()
  assert.deepEqual(proved.calls, ["rebind", "giveBack 3"])

  const lost = make()
  lost.lease.take()
  lost.lease.orphan()
  lost.lease.quarantine()
  assert.deepEqual(lost.calls, ["rebind", "quarantine 3"])
})

const steps = ["take", "giveBack", "release", "orphan", "quarantine"] as const
type Step = typeof steps[number]

/** How to get a new lease into each state. */
const paths: Readonly<Record<LeaseState, readonly Step[]>> = {
  writable: [],
  inFlight: ["take"],
  released: ["giveBack"],
  orphaned: ["take", "orphan"],
  quarantined: ["take", "orphan", "quarantine"],
}

/** Where each step leads. Missing steps are refused. */
const legal: Readonly<Record<LeaseState, Partial<Record<Step, LeaseState>>>> = {
  writable: { take: "inFlight", giveBack: "released" },
  inFlight: { release: "released", orphan: "orphaned" },
  orphaned: { release: "released", quarantine: "quarantined" },
  released: {},
  quarantined: {},
}

/** A lease of slot 3, with a home that records its calls. */
function make(): { lease: HeldLease<SlotMemory>; calls: string[] } {
  const calls: string[] = []
  const home: LeaseHome<SlotMemory> = {
    rebind: ({ buffer }) => {
      calls.push("rebind")
      return { buffer: buffer.transfer() }
    },
    sent: () => {},
    released: (slot) => calls.push(`giveBack ${slot}`),
    giveBack: (slot) => calls.push(`giveBack ${slot}`),
    quarantine: (slot) => calls.push(`quarantine ${slot}`),
  }
  return { lease: new HeldLease(home, 3, { buffer: new ArrayBuffer(64) }), calls }
}
