import assert from "node:assert/strict"
import { test } from "node:test"
import { Received } from "./received.ts"

test("many small chunks make the peer wait as a few large ones do", () => {
  const received = new Received()
  let chunks = 0
  while (!received.full) received.add(Uint8Array.of(chunks++))
  assert.equal(received.byteLength, 1024)
  assert.equal(received.hasRoom, false)
  const target = new Uint8Array(512)
  assert.equal(received.take(target), 512)
  assert.deepEqual([...target.subarray(254, 258)], [254, 255, 0, 1])
  assert.deepEqual([received.full, received.hasRoom], [false, true])
  const large = new Received()
  large.add(new Uint8Array(256 * 1024))
  assert.equal(large.full, true)
})
