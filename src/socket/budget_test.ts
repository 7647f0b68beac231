import assert from "node:assert/strict"
import { test } from "node:test"
import { PinnedBudget, pinnedLimit } from "./budget.ts"

const MiB = 1024 * 1024
const slot = 64 * 1024

/** Lets each socket in turn pin a slot, until none may. */
function fill(budget: PinnedBudget, sockets: number): number[] {
  const pinned: number[] = new Array(sockets).fill(0)
  for (let moved = true; moved;) {
    moved = false
    for (let i = 0; i < sockets; i++) {
      if (budget.room(pinned[i]) === 0) continue
      budget.changed(pinned[i], pinned[i] + slot)
      pinned[i] += slot
      moved = true
    }
  }
  return pinned
}

test("one socket may have half, and leaves the other half", () => {
  const budget = new PinnedBudget(64 * MiB)
  const [own] = fill(budget, 1)
  assert.ok(own >= 32 * MiB && own <= 32 * MiB + slot)
  assert.ok(budget.room(0) >= 31 * MiB)
})

test("sockets that want more come to equal parts, within the limit", () => {
  const budget = new PinnedBudget(64 * MiB)
  const pinned = fill(budget, 15)
  for (const own of pinned) assert.ok(Math.abs(own - 4 * MiB) <= 2 * slot, `${own} bytes`)
  assert.ok(budget.used <= 64 * MiB)
})

test("whoever comes late may have a slot, however little is left", () => {
  const budget = new PinnedBudget(MiB)
  const pinned = fill(budget, 1000)
  assert.ok(pinned.every((own) => own >= slot && own <= 2 * slot))
  assert.equal(budget.room(0), slot)
  for (const own of pinned) budget.changed(own, 0)
  assert.equal(budget.used, 0)
  assert.equal(budget.room(0), MiB)
})

test("a socket alone has no more than 64 MiB, however much there is", () => {
  const budget = new PinnedBudget(1024 * MiB)
  const [own] = fill(budget, 1)
  assert.ok(own >= 64 * MiB && own <= 64 * MiB + slot, `${own} bytes`)
})

test("a thousand sockets of a large machine have more than a slot each", () => {
  const of = (machineBytes: number) =>
    pinnedLimit({ machineBytes, memlockBytes: Infinity, optmemBytes: 0 })
  assert.equal(of(0), 64 * MiB)
  assert.equal(of(4096 * MiB), 64 * MiB)
  assert.equal(of(32 * 1024 * MiB), 256 * MiB)
  const pinned = fill(new PinnedBudget(of(32 * 1024 * MiB)), 1000)
  assert.ok(pinned.every((own) => own >= 3 * slot && own <= 5 * slot))
})

test("a socket that has waited goes on when half of its part has come back", () => {
  const budget = new PinnedBudget(4 * MiB)
  budget.changed(0, 2 * MiB)
  assert.equal(budget.room(2 * MiB), 0)
  assert.equal(budget.goesOn(2 * MiB), false)
  budget.changed(2 * MiB, 1.5 * MiB)
  assert.equal(budget.goesOn(1.5 * MiB), false)
  budget.changed(1.5 * MiB, MiB)
  assert.equal(budget.goesOn(MiB), true)
  // With nothing left it is a slot that counts.
  budget.changed(MiB, 8 * MiB)
  assert.equal(budget.goesOn(slot), false)
  assert.equal(budget.goesOn(slot / 2), true)
})
