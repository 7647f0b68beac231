import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../../testing.ts"
import { quarantinedPieces } from "./quarantine.ts"

test("memory without proof is quarantined: told of, counted, and never leased again", async (context) => {
  const warn = context.mock.method(console, "warn", () => {})
  const before = quarantinedPieces()
  const simulation = simulate({ faults: { lostRecord: 1 } })
  const { slab } = simulation.stack
  const peer = simulation.peer()
  await simulation.run(async () => {
    const { hostname, port } = peer
    const socket = await simulation.connect({ hostname, port, zerocopy: "always" })
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    // A part of a buffer is copied into slots, three of them here.
    await writer.write(new Uint8Array(160_001).subarray(1))
    await simulation.sleep(1000)
    assert.deepEqual(await socket.abort(), { released: 0, byProof: 0, quarantined: 3 })
  })
  assert.equal(quarantinedPieces() - before, 3)
  assert.deepEqual([slab.quarantined, slab.leased], [3, 0])
  assert.equal(warn.mock.callCount(), 1)
  assert.match(String(warn.mock.calls[0].arguments[0]), /3 pieces \(160000 bytes\)/)
})

test("with proof nothing is quarantined", async () => {
  const before = quarantinedPieces()
  const simulation = simulate()
  const peer = simulation.peer()
  await simulation.run(async () => {
    const { hostname, port } = peer
    const socket = await simulation.connect({ hostname, port, zerocopy: "always" })
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    simulation.link.blackhole = true
    await writer.write(new Uint8Array(160_001).subarray(1))
    await simulation.sleep(1000)
    assert.deepEqual(await socket.abort(), { released: 0, byProof: 3, quarantined: 0 })
  })
  assert.equal(quarantinedPieces(), before)
  assert.deepEqual([simulation.stack.slab.quarantined, simulation.stack.slab.leased], [0, 0])
})
