import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { HeldLease, SlotMemory } from "./held_lease.ts"
import { Slab } from "./slab.ts"

test("slots are mapped on demand, several at a time, up to the capacity", () => {
  const { slab, maps } = make({ capacity: 5, growBy: 2 })
  assert.equal(slab.mapped, 0)
  for (let i = 0; i < 5; i++) take(slab)
  assert.deepEqual(maps, [2, 2, 1])
  assert.equal(slab.leaseNow(), undefined)
  assert.deepEqual([slab.mapped, slab.leased], [5, 5])
})

test("a slot that came back is leased again, and nothing is mapped for it", () => {
  const { slab, maps } = make({ capacity: 4, growBy: 1 })
  for (let i = 0; i < 10; i++) {
    const lease = take(slab)
    lease.take()
    lease.release()
  }
  assert.deepEqual(maps, [1])
  assert.equal(slab.leased, 0)
})

test("without memory there is no lease, and the next request tries again", () => {
  const { slab, fail } = make({ capacity: 4, growBy: 2 })
  fail(true)
  assert.equal(slab.leaseNow(), undefined)
  assert.deepEqual([slab.mapped, slab.leased], [0, 0])
  fail(false)
  take(slab)
  assert.equal(slab.mapped, 2)
})

test("waiting callers are served first come, first served", () => {
  const { slab } = make({ capacity: 2, growBy: 2 })
  const first = [take(slab), take(slab)]
  const served: string[] = []
  for (const name of ["a", "b", "c"]) slab.whenFree(() => served.push(name))
  assert.deepEqual(served, [])
  first[0].giveBack()
  first[1].giveBack()
  assert.deepEqual(served, ["a", "b"])
})

test("nobody overtakes waiting callers", () => {
  const { slab, fail } = make({ capacity: 2, growBy: 1 })
  const lease = take(slab)
  fail(true)
  const served: string[] = []
  slab.whenFree(() => served.push("waited"))
  fail(false)
  assert.equal(slab.leaseNow(), undefined)
  lease.giveBack()
  assert.deepEqual(served, ["waited"])
})

test("a caller that stops waiting takes no slot", () => {
  const { slab } = make({ capacity: 1, growBy: 1 })
  const lease = take(slab)
  const served: string[] = []
  const cancel = slab.whenFree(() => served.push("a"))
  slab.whenFree(() => served.push("b"))
  cancel()
  cancel()
  lease.giveBack()
  assert.deepEqual(served, ["b"])
})

test("cancelling a wait that was already served cancels no other wait", () => {
  const { slab } = make({ capacity: 1, growBy: 1 })
  const lease = take(slab)
  const leases: HeldLease[] = []
  const serve = (next: HeldLease) => void leases.push(next)
  const cancel = slab.whenFree(serve)
  slab.whenFree(serve)
  lease.giveBack()
  assert.equal(leases.length, 1)
  cancel()
  leases[0].giveBack()
  assert.equal(leases.length, 2)
})

test("a quarantined slot is kept, counted, and never leased again", () => {
  const { slab } = make({ capacity: 2, growBy: 2 })
  const lost = take(slab)
  const memory = lost.take()
  lost.orphan()
  lost.quarantine()
  assert.deepEqual([slab.mapped, slab.leased, slab.quarantined], [2, 0, 1])
  const other = take(slab)
  assert.notEqual(other.take().buffer, memory.buffer)
  assert.equal(slab.leaseNow(), undefined)
  other.release()
  assert.notEqual(take(slab).take().buffer, memory.buffer)
  assert.equal(slab.leaseNow(), undefined)
})

test("no two leases ever share a slot, and no slot is lost, whatever the order", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5), fc.nat()), { size: "max", maxLength: 200 }),
      (acts) => {
        const { slab } = make({ capacity: 6, growBy: 4 })
        // Each slot carries a number in its first byte, which follows the memory through each rebind.
        const numberOf = (lease: HeldLease) => lease.bytes[0] ||= nextNumber++
        let nextNumber = 1
        const writable: { lease: HeldLease; slot: number }[] = []
        const away: { lease: HeldLease; slot: number }[] = []
        const lost = new Set<number>()
        let waiting = 0
        const keep = (lease: HeldLease) => writable.push({ lease, slot: numberOf(lease) })
        for (const [act, choice] of acts) {
          if (act === 0) {
            const lease = slab.leaseNow()
            if (lease !== undefined) keep(lease)
          } else if (act === 1 && waiting < 3) {
            waiting++
            slab.whenFree((lease) => {
              waiting--
              keep(lease)
            })
          } else if (act === 2 && writable.length > 0) {
            const [{ lease }] = writable.splice(choice % writable.length, 1)
            lease.giveBack()
          } else if (act === 3 && writable.length > 0) {
            const [entry] = writable.splice(choice % writable.length, 1)
            entry.lease.take()
            away.push(entry)
          } else if (act === 4 && away.length > 0) {
            const [{ lease }] = away.splice(choice % away.length, 1)
            lease.release()
          } else if (act === 5 && away.length > 0 && lost.size < 2) {
            const [{ lease, slot }] = away.splice(choice % away.length, 1)
            lease.orphan()
            lease.quarantine()
            lost.add(slot)
          }
          const slots = [...writable, ...away].map(({ slot }) => slot)
          assert.equal(new Set(slots).size, slots.length)
          assert.ok(slots.every((slot) => !lost.has(slot)))
          assert.equal(slab.leased, slots.length)
          assert.equal(slab.quarantined, lost.size)
          assert.ok(slab.mapped <= 6)
          if (waiting > 0) assert.equal(slab.leased + slab.quarantined, 6)
        }
      },
    ),
  ))

function make({ capacity, growBy }: { readonly capacity: number; readonly growBy: number }) {
  const maps: number[] = []
  let failing = false
  const slab = new Slab<SlotMemory>({
    slotBytes: 64,
    capacity,
    growBy,
    map: (count) => {
      if (failing) return undefined
      maps.push(count)
      return Array.from({ length: count }, () => ({ buffer: new ArrayBuffer(64) }))
    },
    rebind: ({ buffer }) => ({ buffer: buffer.transfer() }),
  })
  return { slab, maps, fail: (fails: boolean) => void (failing = fails) }
}

function take(slab: Slab): HeldLease {
  const lease = slab.leaseNow()
  assert.ok(lease)
  return lease
}
