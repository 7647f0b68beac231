import assert from "node:assert/strict"
import { test } from "node:test"
import { sentBefore } from "./sent_before.ts"

for (const arrivals of [[0, 0], [300, 0], [0, 300], [100, 0, 200, 0], [100, 200, 0, 300]]) {
  test(`bytes that are acknowledged during the query are counted once: ${arrivals} bytes`, () => {
    const left = [...arrivals]
    let acknowledged = 1000
    // Before each call some more bytes are acknowledged, as an interrupt may do.
    const arrive = () => acknowledged += left.shift() ?? 0
    const kernel = {
      acknowledgedBytes: () => {
        arrive()
        return acknowledged
      },
    }
    const sockets = {
      unacknowledgedBytes: () => {
        arrive()
        return 5000 - acknowledged
      },
    }
    assert.equal(sentBefore(kernel, sockets, 3), 5000)
  })
}
