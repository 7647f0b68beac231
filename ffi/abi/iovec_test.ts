import assert from "node:assert/strict"
import { test } from "node:test"
import { backend } from "../runtime/select.ts"
import { libc } from "../libc.ts"
import { NativeMemory } from "../memory.ts"
import { IovecArray, iovecBytes } from "./iovec.ts"

test("an element has the address and the length that were set", () => {
  const iovecs = make(2)
  const target = NativeMemory.allocate(libc().backend, 100)
  iovecs.set(1, target, 10, 20)
  const words = new BigUint64Array(iovecs.memory.buffer)
  assert.equal(words[2], BigInt(target.address as number | bigint) + 10n)
  assert.equal(words[3], 20n)
  assert.deepEqual([words[0], words[1]], [0n, 0n])
})

test("an address above 4 GiB is written completely", () => {
  const target = NativeMemory.allocate(libc().backend, 8)
  const number = 0x7f12_3456_789a
  const forms = backend().runtime === "bun" ? number : BigInt(number)
  const far = new NativeMemory(target.buffer, forms as NativeMemory["address"])
  const iovecs = make(1)
  iovecs.set(0, far, 6, 2)
  assert.equal(new BigUint64Array(iovecs.memory.buffer)[0], BigInt(number) + 6n)
})

test("bytes outside the memory are refused, and the element stays unchanged", () => {
  const iovecs = make(1)
  const target = NativeMemory.allocate(libc().backend, 100)
  iovecs.set(0, target, 0, 100)
  const before = new Uint8Array(iovecs.memory.buffer).slice()
  for (const [offset, length] of [[0, 101], [1, 100], [100, 1], [-1, 1], [0, -1], [0.5, 1]]) {
    assert.throws(() => iovecs.set(0, target, offset, length), RangeError)
  }
  target.buffer.transfer()
  assert.throws(() => iovecs.set(0, target, 0, 1), /detached/)
  assert.deepEqual(new Uint8Array(iovecs.memory.buffer), before)
})

test("an element beyond the array is refused", () => {
  const iovecs = make(2)
  const target = NativeMemory.allocate(libc().backend, 1)
  for (const index of [-1, 2, 1.5, NaN]) {
    assert.throws(() => iovecs.set(index, target, 0, 1), RangeError, String(index))
  }
})

test("the lengths of the first elements add up", () => {
  const iovecs = make(3)
  const target = NativeMemory.allocate(libc().backend, 100)
  for (const [i, length] of [1, 10, 100].entries()) iovecs.set(i, target, 0, length)
  assert.deepEqual([0, 1, 2, 3].map((count) => iovecs.byteLength(count)), [0, 1, 11, 111])
})

const make = (capacity: number): IovecArray =>
  new IovecArray(NativeMemory.allocate(libc().backend, capacity * iovecBytes))
