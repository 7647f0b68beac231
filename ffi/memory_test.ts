import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { libc } from "./libc.ts"
import { NativeMemory } from "./memory.ts"

test("bytes inside the memory pass the check, all others are refused", () =>
  fc.assert(
    fc.property(fc.nat(64), number, number, (byteLength, offset, length) => {
      const memory = NativeMemory.allocate(libc().backend, byteLength)
      const inside = Number.isInteger(offset) && Number.isInteger(length) &&
        offset >= 0 && length >= 0 && offset + length <= byteLength
      if (inside) memory.check(offset, length)
      else assert.throws(() => memory.check(offset, length), RangeError)
    }),
  ))

test("a sum that floating point rounds down is refused too", () => {
  const memory = NativeMemory.allocate(libc().backend, 16)
  assert.throws(() => memory.check(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), RangeError)
  assert.throws(() => memory.check(2 ** 53, -(2 ** 53)), RangeError)
})

test("memory whose ArrayBuffer was detached has no bytes, and the message says why", () => {
  const memory = NativeMemory.allocate(libc().backend, 16)
  memory.buffer.transfer()
  assert.throws(() => memory.check(0, 1), /detached/)
})

test("memory is zeroed, and two blocks do not overlap", () => {
  const [a, b] = [1, 2].map(() => NativeMemory.allocate(libc().backend, 4096))
  assert.ok(new Uint8Array(a.buffer).every((byte) => byte === 0))
  const distance = BigInt(a.address as number) - BigInt(b.address as number)
  assert.ok(distance >= 4096n || distance <= -4096n)
})

test("the address is the buffer's own: it stays when the buffer is transferred", () => {
  const { backend } = libc()
  const memory = NativeMemory.allocate(backend, 4096)
  const moved = NativeMemory.of(backend, memory.buffer.transfer())
  assert.equal(moved.address, memory.address)
})

const number = fc.oneof(
  fc.integer({ min: -2, max: 66 }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0.5, 2 ** 31, 2 ** 32, 2 ** 53),
)
