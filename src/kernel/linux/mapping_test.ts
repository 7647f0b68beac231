import assert from "node:assert/strict"
import process from "node:process"
import { test } from "node:test"
import { linuxKernel } from "./kernel.ts"

test("a mapping whose pages were freed reads as zeros, and can be written to again", () => {
  const kernel = linuxKernel()
  const mapping = kernel.map(2, 64 * 1024, { hugePages: true })
  assert.ok(typeof mapping !== "number")
  const slots = mapping.slots.map(({ buffer }) => new Uint8Array(buffer))
  for (const slot of slots) slot.fill(7)
  assert.equal(kernel.discard(mapping), 0)
  for (const slot of slots) assert.ok(slot.every((byte) => byte === 0))
  for (const slot of slots) assert.ok(slot.fill(8).every((byte) => byte === 8))
  kernel.unmap(mapping)
})

test("the collector hears of a mapping's bytes once", () => {
  const kernel = linuxKernel()
  const before = process.memoryUsage().external
  const mapping = kernel.map(512, 64 * 1024)
  assert.ok(typeof mapping !== "number")
  const counted = process.memoryUsage().external - before
  assert.ok(counted < 48 * 1024 * 1024, `32 MiB were mapped, and ${counted} bytes are counted`)
  kernel.unmap(mapping)
})
