import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../testing.ts"
import { BorrowedMemory } from "./borrowed_memory.ts"

test("chunks of one buffer share one memory while one of them is in use", () => {
  const borrowed = new BorrowedMemory(simulate().kernel)
  const buffer = new ArrayBuffer(100)
  const memory = borrowed.use(buffer)
  assert.equal(memory.buffer, buffer)
  assert.equal(borrowed.use(buffer), memory)
  borrowed.release()
  assert.equal(borrowed.use(buffer), memory)
})

test("another buffer has a memory of its own", () => {
  const borrowed = new BorrowedMemory(simulate().kernel)
  borrowed.use(new ArrayBuffer(100))
  const other = new ArrayBuffer(100)
  assert.equal(borrowed.use(other).buffer, other)
})

test("nothing is kept once everything is released", () => {
  const borrowed = new BorrowedMemory(simulate().kernel)
  const buffer = new ArrayBuffer(100)
  const memory = borrowed.use(buffer)
  borrowed.use(buffer)
  borrowed.release()
  borrowed.release()
  assert.notEqual(borrowed.use(buffer), memory)
})
