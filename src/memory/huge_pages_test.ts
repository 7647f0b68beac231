import assert from "node:assert/strict"
import { test } from "node:test"
import type { Memory } from "../kernel/port.ts"
import type { CourierJob, CourierPool } from "../threads/courier_pool.ts"
import { HugePages, SentBuffer } from "./huge_pages.ts"

const MiB = 1024 * 1024

test("memory is moved when it is sent for the third time, and once", () => {
  const { memory, send, moves, finish } = make(32 * MiB)
  send(0, memory.buffer.byteLength)
  send(0, memory.buffer.byteLength)
  assert.deepEqual(moves, [])
  send(0, 65_536)
  assert.deepEqual(moves, [[0, 32 * MiB]])
  finish(0)
  for (let i = 0; i < 10; i++) send(0, memory.buffer.byteLength)
  assert.equal(moves.length, 1)
})

test("memory that could not be moved is tried again after twice as many sends", () => {
  const { send, moves, finish } = make(4 * MiB)
  const sendTimes = (times: number) => {
    for (let i = 0; i < times; i++) send(0, 4 * MiB)
  }
  sendTimes(3)
  assert.equal(moves.length, 1)
  sendTimes(20)
  assert.equal(moves.length, 1, "a second move began before the first one had ended")
  finish(-1)
  sendTimes(23)
  assert.equal(moves.length, 1)
  sendTimes(1)
  assert.equal(moves.length, 2)
})

test("each 32 MiB of a buffer are counted and moved separately", () => {
  const { send, moves } = make(80 * MiB)
  for (let i = 0; i < 3; i++) send(64 * MiB, 16 * MiB)
  assert.deepEqual(moves, [[64 * MiB, 16 * MiB]])
  // A chunk across a boundary counts for both parts.
  for (let i = 0; i < 3; i++) send(16 * MiB, 48 * MiB)
  assert.deepEqual(moves.slice(1), [[32 * MiB, 32 * MiB]])
  send(0, 16 * MiB)
  assert.deepEqual(moves.slice(2), [])
  send(0, 1)
  assert.deepEqual(moves.slice(2), [[0, 32 * MiB]])
})

test("one move is made at a time, if a courier is free", () => {
  const moves: ((n: number) => void)[] = []
  let idle = 0
  let givenBack = 0
  const courier = {
    send: () => assert.fail("nothing is to be sent"),
    sendFile: () => assert.fail("nothing is to be sent"),
    relay: () => assert.fail("nothing is to be sent"),
    stopRelay: () => assert.fail("nothing is to be sent"),
    collapse: (_: Memory, _offset: number, _length: number, done: (n: number) => void) =>
      void moves.push(done),
    close() {},
  }
  const job: CourierJob = { courier, vector: { capacity: 0, set() {}, clear() {} } }
  const take = () => idle-- > 0 ? job : undefined
  const couriers: Pick<CourierPool, "take" | "giveBack"> = {
    take,
    giveBack: () => void givenBack++,
  }
  const pages = new HugePages(couriers)
  const memory = memoryOf(2 * MiB)
  const said: number[] = []
  const move = () => pages.move(memory, 0, 2 * MiB, (n) => void said.push(n))
  assert.equal(move(), false, "there was no courier")
  idle = 2
  assert.equal(move(), true)
  assert.equal(move(), false, "two moves at once")
  assert.equal(givenBack, 0)
  moves[0](-1)
  assert.deepEqual([said, givenBack], [[-1], 1])
  assert.equal(move(), true)
})

test("a buffer has one set of counters, and a small buffer has none", () => {
  const pages = new HugePages({ take: () => undefined, giveBack() {} })
  const memory = memoryOf(2 * MiB)
  const account = pages.of(memory)
  assert.ok(account instanceof SentBuffer)
  assert.equal(pages.of({ buffer: memory.buffer }), account)
  assert.equal(pages.of(memoryOf(2 * MiB - 1)), undefined)
})

const memoryOf = (bytes: number): Memory => ({ buffer: new ArrayBuffer(bytes) })

/** A set of counters, and the moves that it requests: offset and length. */
function make(bytes: number) {
  const memory = memoryOf(bytes)
  const moves: [offset: number, length: number][] = []
  let finish: (n: number) => void = () => assert.fail("nothing is moved")
  const move: HugePages["move"] = (moved, offset, length, done) => {
    assert.equal(moved, memory)
    moves.push([offset, length])
    finish = done
    return true
  }
  const account = new SentBuffer({ move }, bytes)
  const send = (offset: number, length: number) => account.send(memory, offset, length)
  return { memory, send, moves, finish: (n: number) => finish(n) }
}
