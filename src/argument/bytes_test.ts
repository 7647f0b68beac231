import assert from "node:assert/strict"
import { test } from "node:test"
import { byteLengthOf, isArrayBuffer, isUint8Array } from "./bytes.ts"

// Values of another realm are tested in test/bad_input/realms_test.ts, which needs `node:vm`.

test("a Uint8Array is recognised in any memory, and nothing else is", () => {
  class Heir extends Uint8Array {}
  for (const bytes of [new Uint8Array(3), new Heir(3), new Uint8Array(new SharedArrayBuffer(3))]) {
    assert.equal(isUint8Array(bytes), true)
    assert.equal(byteLengthOf(bytes), 3)
  }
  const others = [
    ...[new Int8Array(3), new Uint8ClampedArray(3), new DataView(new ArrayBuffer(3))],
    ...[new ArrayBuffer(3), [1, 2, 3], { byteLength: 3, [Symbol.toStringTag]: "Uint8Array" }],
    ...["abc", 3, null, undefined],
  ]
  for (const other of others) {
    assert.equal(isUint8Array(other), false)
    assert.equal(byteLengthOf(other), undefined)
  }
})

test("a stand-in for a Uint8Array has no bytes", () => {
  assert.equal(byteLengthOf(new Proxy(new Uint8Array(3), {})), undefined)
  assert.equal(byteLengthOf(Object.create(Uint8Array.prototype)), undefined)
  assert.equal(byteLengthOf(Object.create(new Uint8Array(3))), undefined)
})

test("a detached Uint8Array is still recognised, with no bytes left", () => {
  const bytes = new Uint8Array(3)
  bytes.buffer.transfer()
  assert.equal(byteLengthOf(bytes), 0)
})

test("an ArrayBuffer is distinguished from a SharedArrayBuffer", () => {
  assert.equal(isArrayBuffer(new ArrayBuffer(3)), true)
  assert.equal(isArrayBuffer(new ArrayBuffer(3, { maxByteLength: 6 })), true)
  const others = [new SharedArrayBuffer(3), new Uint8Array(3), {}, null, undefined]
  for (const other of others) assert.equal(isArrayBuffer(other), false)
  assert.equal(isArrayBuffer({ byteLength: 3, [Symbol.toStringTag]: "ArrayBuffer" }), false)
})
