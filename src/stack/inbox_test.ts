import assert from "node:assert/strict"
import { test } from "node:test"
import type { Kernel, Memory } from "../kernel/port.ts"
import { Inbox } from "./inbox.ts"

test("a buffer that a handler has detached is replaced, and its views with it", () => {
  const inbox = new Inbox(kernel)
  inbox.view(3).buffer.transfer()
  assert.ok(inbox.memory.buffer.byteLength > 0)
  assert.equal(inbox.view(3).byteLength, 3)
  assert.equal(inbox.view(3).buffer, inbox.memory.buffer)
})

test("bytes that are kept, few and many, are not those that come next", () => {
  for (const length of [3, 40_000]) {
    const inbox = new Inbox(kernel)
    new Uint8Array(inbox.memory.buffer).fill(1)
    const kept = inbox.keep(length)
    new Uint8Array(inbox.memory.buffer).fill(2)
    assert.deepEqual(kept, new Uint8Array(length).fill(1))
    assert.equal(new Uint8Array(kept.buffer).lastIndexOf(1), length - 1)
    assert.equal(inbox.view(3).buffer, inbox.memory.buffer)
  }
})

const kernel = { memoryOf: (buffer: ArrayBuffer) => ({ buffer }) as Memory } as Partial<
  Kernel
> as Kernel
