import assert from "node:assert/strict"
import { test } from "node:test"
import { checksumGuard, guards, protectingGuard } from "./guard.ts"
import { Slab } from "./slab.ts"

function guarded(): { slab: Slab; violations: Error[] } {
  const violations: Error[] = []
  const slab = new Slab({
    slotBytes: 4096,
    capacity: 2,
    growBy: 2,
    map: (count) => Array.from({ length: count }, () => ({ buffer: new ArrayBuffer(4096) })),
    rebind: ({ buffer }) => ({ buffer: buffer.transfer() }),
    guard: checksumGuard((violation) => violations.push(violation)),
  })
  return { slab, violations }
}

test("a write to a slot in flight is reported, with the place of the send", () => {
  const { slab, violations } = guarded()
  const lease = slab.leaseNow()
  assert.ok(lease)
  const memory = lease.take()
  new Uint8Array(memory.buffer)[4095] ^= 1
  lease.release()
  assert.equal(violations.length, 1)
  assert.match(violations[0].message, /slot \d+ was written to while the kernel could read it/)
  assert.match(String((violations[0].cause as Error).stack), /guard_test/)
})

test("an untouched slot is not reported, even if it is reused", () => {
  const { slab, violations } = guarded()
  for (let i = 0; i < 4; i++) {
    const lease = slab.leaseNow()
    assert.ok(lease)
    lease.bytes.fill(i)
    lease.take()
    lease.release()
  }
  assert.deepEqual(violations, [])
})

test("a protected slot is read-only in flight, and writable when it is back", () => {
  const steps: string[] = []
  const memory = { buffer: new ArrayBuffer(4096) }
  const slab = new Slab({
    slotBytes: 4096,
    capacity: 1,
    growBy: 1,
    map: () => [memory],
    rebind: (memory) => memory,
    guard: guards([
      checksumGuard(() => steps.push("violation")),
      protectingGuard((protectedMemory, access) => {
        assert.equal(protectedMemory, memory)
        steps.push(access)
      }),
    ]),
  })
  const lease = slab.leaseNow()
  lease?.take()
  assert.deepEqual(steps, ["read"])
  lease?.release()
  assert.deepEqual(steps, ["read", "write"])
})
