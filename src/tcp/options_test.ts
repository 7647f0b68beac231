import assert from "node:assert/strict"
import { test } from "node:test"
import { resolveOptions } from "./options.ts"

test("without options the documented defaults hold", () => {
  const { connection, highWaterMark, noDelay, closeTimeout } = resolveOptions({})
  assert.equal(connection.ownership, "auto")
  assert.equal(connection.mode, "auto")
  assert.equal(connection.threshold, undefined)
  assert.equal(highWaterMark, 1024 * 1024)
  assert.equal(connection.hugePages, true)
  assert.equal(noDelay, true)
  assert.equal(closeTimeout, 30_000)
})

test("the queue limit grows with the high-water mark, and is never too small to go on", () => {
  for (const highWaterMark of [0, 2 * 1024 * 1024]) {
    assert.equal(resolveOptions({ highWaterMark }).connection.queueBytes, undefined)
  }
  const highWaterMark = 20 * 1024 * 1024
  assert.equal(resolveOptions({ highWaterMark }).connection.queueBytes, highWaterMark)
})

test("a value is used as given, even false and 0", () => {
  const options = resolveOptions({
    ownership: "borrow",
    zerocopy: "never",
    highWaterMark: 0,
    hugePages: false,
    noDelay: false,
    closeTimeout: 0,
  })
  assert.equal(options.connection.hugePages, false)
  assert.equal(options.connection.ownership, "borrow")
  assert.equal(options.connection.mode, "never")
  assert.deepEqual([options.highWaterMark, options.noDelay, options.closeTimeout], [0, false, 0])
})
