import assert from "node:assert/strict"
import { test } from "node:test"
import { PinnedBudget, pinnedLimit } from "./budget.ts"
import { RoundRobin, type Turn } from "./round_robin.ts"

const MiB = 1024 * 1024
const slot = 64 * 1024
const nobody: Turn = { take: () => assert.fail("it is not in line") }

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

test("sockets that want more get equal shares, within the limit", () => {
  const budget = new PinnedBudget(64 * MiB)
  const pinned = fill(budget, 15)
  for (const own of pinned) assert.ok(Math.abs(own - 4 * MiB) <= 2 * slot, `${own} bytes`)
  assert.ok(budget.used <= 64 * MiB)
})

test("a late socket may have a slot, however little is left", () => {
  const budget = new PinnedBudget(MiB)
  const pinned = fill(budget, 1000)
  assert.ok(pinned.every((own) => own >= slot && own <= 2 * slot))
  assert.equal(budget.room(0), slot)
  for (const own of pinned) budget.changed(own, 0)
  assert.equal(budget.used, 0)
  assert.equal(budget.room(0), MiB)
})

test("a single socket gets no more than 64 MiB, however much there is", () => {
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

test("a waiting socket goes on when half of its share has come back", () => {
  const budget = new PinnedBudget(4 * MiB)
  budget.changed(0, 2 * MiB)
  assert.equal(budget.room(2 * MiB), 0)
  assert.equal(budget.goesOn(2 * MiB, nobody), false)
  budget.changed(2 * MiB, 1.5 * MiB)
  assert.equal(budget.goesOn(1.5 * MiB, nobody), false)
  budget.changed(1.5 * MiB, MiB)
  assert.equal(budget.goesOn(MiB, nobody), true)
  // With nothing left it is a slot that counts.
  budget.changed(MiB, 8 * MiB)
  assert.equal(budget.goesOn(slot, nobody), false)
  assert.equal(budget.goesOn(slot / 2, nobody), true)
})

/** A budget in which a crowd is given turns of 256 KiB. */
function crowded(limit: number): PinnedBudget {
  let review = () => {}
  const budget = new PinnedBudget(limit, (pool) => new RoundRobin(pool, (task) => review = task))
  budget.changed(0, limit)
  budget.goesOn(slot, nobody)
  for (let reviews = 0; reviews < 4; reviews++) {
    budget.goesOn(slot, nobody)
    review()
  }
  budget.changed(limit, 0)
  return budget
}

test("in a crowd a socket waits in line when nearly all of its memory has come back", () => {
  const budget = crowded(64 * MiB)
  let taken = 0
  const turn: Turn = { take: () => taken++ }
  budget.changed(0, 64 * MiB)
  assert.equal(budget.goesOn(256 * 1024, turn), false)
  budget.changed(64 * MiB, 0)
  budget.serve()
  assert.equal(taken, 0, "too much of its own is under way")

  budget.changed(0, 64 * MiB)
  assert.equal(budget.goesOn(32 * 1024, turn), false)
  budget.changed(64 * MiB, 63 * MiB)
  budget.serve()
  assert.equal(taken, 0, "too little has come back")
  budget.changed(63 * MiB, 62 * MiB)
  budget.serve()
  assert.equal(taken, 1)
})

test("while sockets wait in line nobody has more than a quantum, and a new socket gets one at once", () => {
  const budget = crowded(64 * MiB)
  assert.equal(budget.room(0), 64 * MiB)
  budget.changed(0, 64 * MiB)
  budget.goesOn(0, nobody)
  budget.changed(64 * MiB, 32 * MiB)
  assert.equal(budget.room(0), 256 * 1024)
  assert.equal(budget.room(256 * 1024), 0)
  budget.leave(nobody)
  assert.equal(budget.room(0), 32 * MiB)
  budget.serve()
})
