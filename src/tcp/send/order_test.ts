import assert from "node:assert/strict"
import { test } from "node:test"
import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { type Place, SendOrder } from "./order.ts"

test("a call starts at once if no call is in line", () => {
  const { order, log, enter } = make()
  assert.equal(order.free, true)
  enter("a")
  assert.deepEqual(log, ["a"])
  assert.equal(order.free, false)
})

test("a call waits for the chunks that were written before it, and for no others", () => {
  const { order, log, enter } = make()
  order.chunkWritten()
  order.chunkWritten()
  enter("a")
  order.chunkWritten()
  order.chunkPassed()
  assert.deepEqual(log, [])
  order.chunkPassed()
  assert.deepEqual(log, ["a"])
})

test("a chunk that was written after a call waits until the call leaves", () => {
  const { order, enter } = make()
  const a = enter("a")
  order.chunkWritten()
  assert.equal(order.chunkMayPass, false)
  let woken = false
  order.whenChunkMayPass(() => woken = true)
  a.leave()
  assert.equal(woken, true)
  assert.equal(order.chunkMayPass, true)
  order.chunkPassed()
  assert.equal(order.free, true)
})

test("calls start one after another, each when the previous one has left", () => {
  const { log, enter } = make()
  const places = ["a", "b", "c"].map(enter)
  assert.deepEqual(log, ["a"])
  places[0].leave()
  places[0].leave()
  assert.deepEqual(log, ["a", "b"])
  places[1].leave()
  assert.deepEqual(log, ["a", "b", "c"])
})

test("when a turn is given up, the call before it inherits its chunks", () => {
  const { order, log, enter } = make()
  const a = enter("a")
  const b = enter("b")
  order.chunkWritten()
  enter("c")
  b.leave()
  a.leave()
  assert.deepEqual(log, ["a"])
  order.chunkPassed()
  assert.deepEqual(log, ["a", "c"])
})

test("a hundred thousand calls can leave at once without overflowing the stack", () => {
  const order = new SendOrder()
  order.chunkWritten()
  let begun = 0
  for (let i = 0; i < 100_000; i++) {
    order.enter({
      begin(place) {
        begun++
        place.leave()
      },
      fail() {},
    })
  }
  assert.equal(begun, 0)
  order.chunkPassed()
  assert.equal(begun, 100_000)
})

test("nobody waits for chunks that a stream refused, once it has ended", () => {
  const { order, log, enter } = make()
  order.chunkWritten()
  enter("a")
  order.streamEnded()
  assert.deepEqual(log, ["a"])
})

test("after a failure no turn comes, and waiting calls fail", () => {
  const { order, log, enter } = make()
  enter("a")
  enter("b")
  order.chunkWritten()
  let woken = false
  order.whenChunkMayPass(() => woken = true)
  order.fail(failure)
  enter("c")
  assert.deepEqual(log, ["a", "b failed", "c failed"])
  assert.equal(woken, true)
})

const failure = new ZerowireError(new SocketClosed("send"))

function make() {
  const order = new SendOrder()
  const log: string[] = []
  const enter = (name: string): Place =>
    order.enter({ begin: () => log.push(name), fail: () => log.push(`${name} failed`) })
  return { order, log, enter }
}
