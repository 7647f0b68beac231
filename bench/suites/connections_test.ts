import assert from "node:assert/strict"
import { test } from "node:test"
import { callsOf, type ConnectionsRow, namedCalls } from "./connections.ts"

const row: ConnectionsRow = {
  ...{ runtime: "bun", connections: 2, heapBytes: 4000 },
  calls: { receive: 3, accept: 1, map: 0.01 },
}

test("calls are summed up, and said by name", () => {
  assert.equal(callsOf(row), 4.01)
  assert.equal(namedCalls(row), "receive 3, accept 1, map 0.01")
})
