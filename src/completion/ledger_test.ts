import assert from "node:assert/strict"
import { test } from "node:test"
import { Ledger } from "./ledger.ts"

test("a hold is released when it is sealed and its last id is notified, not before", () => {
  const { ledger, released } = make()
  const hold = ledger.hold("a")
  const [first, second] = [ledger.issue(hold, hold, 10), ledger.issue(hold, hold, 20)]
  ledger.notify(first, first, false)
  assert.deepEqual(released, [])
  ledger.seal(hold)
  assert.deepEqual(released, [])
  ledger.notify(second, second, false)
  assert.deepEqual(released, ["a"])
})

test("a hold whose ids are all notified stays until it is sealed: its tail may go by copy", () => {
  const { ledger, released } = make()
  const hold = ledger.hold("a")
  const id = ledger.issue(hold, hold, 10)
  ledger.notify(id, id, false)
  assert.deepEqual(released, [])
  assert.equal(ledger.held, 1)
  ledger.seal(hold)
  assert.deepEqual(released, ["a"])
})

test("a hold that no id stands for is released by its seal", () => {
  const { ledger, released } = make()
  ledger.seal(ledger.hold("a"))
  assert.deepEqual(released, ["a"])
  assert.equal(ledger.held, 0)
})

test("notifications out of order release out of order", () => {
  const { ledger, released } = make()
  const ids = ["a", "b", "c"].map((owner) => sendWhole(ledger, owner, 1))
  ledger.notify(ids[2], ids[2], false)
  ledger.notify(ids[1], ids[1], false)
  assert.deepEqual(released, ["c", "b"])
  assert.equal(ledger.firstHeld, 0)
  ledger.notify(ids[0], ids[0], false)
  assert.deepEqual(released, ["c", "b", "a"])
  assert.equal(ledger.firstHeld, 3)
})

test("one id can stand for several holds, and one hold for several ids", () => {
  const { ledger, released } = make()
  const holds = ["a", "b", "c"].map((owner) => ledger.hold(owner))
  const first = ledger.issue(holds[0], holds[1], 15)
  const second = ledger.issue(holds[1], holds[2], 15)
  holds.forEach((hold) => ledger.seal(hold))
  ledger.notify(second, second, false)
  assert.deepEqual(released, ["c"])
  ledger.notify(first, first, false)
  assert.deepEqual(released, ["c", "a", "b"])
})

test("a range that wraps releases what it names", () => {
  const { ledger, released } = make(0xffff_fffe)
  const ids = ["a", "b", "c", "d", "e"].map((owner) => sendWhole(ledger, owner, 1))
  assert.deepEqual(ids, [0xffff_fffe, 0xffff_ffff, 0, 1, 2])
  ledger.notify(0xffff_fffe, 1, false)
  assert.deepEqual(released, ["a", "b", "c", "d"])
  assert.equal(ledger.outstanding, 1)
})

test("a notification that comes twice releases once, and is counted as unknown", () => {
  const { ledger, released } = make()
  const id = sendWhole(ledger, "a", 1)
  ledger.notify(id, id, false)
  ledger.notify(id, id, true)
  assert.deepEqual(released, ["a"])
  assert.equal(ledger.counts.unknownIds, 1)
  assert.equal(ledger.counts.copiedIds, 0)
})

test("the range of every id releases all there is, without walking 2 ** 32 ids", () => {
  const { ledger, released } = make(0xffff_fff0)
  for (let i = 0; i < 40; i++) sendWhole(ledger, String(i), 1)
  ledger.notify(0, 0xffff_ffff, false)
  assert.equal(released.length, 40)
  assert.equal(ledger.counts.unknownIds, 2 ** 32 - 40)
})

test("an id that was never issued does not count for one that will be", () => {
  const { ledger, released } = make()
  ledger.notify(0, 5, false)
  const id = sendWhole(ledger, "a", 1)
  assert.equal(id, 0)
  assert.deepEqual(released, [])
  assert.equal(ledger.outstanding, 1)
})

test("the code of a merged range is counted for its first id alone", () => {
  const { ledger } = make()
  for (const bytes of [1, 10, 100]) sendWhole(ledger, "a", bytes)
  ledger.notify(0, 2, true)
  const { copiedIds, copiedBytes, unverifiedIds, unverifiedBytes, zerocopyIds } = ledger.counts
  assert.deepEqual([copiedIds, copiedBytes], [1, 1])
  assert.deepEqual([unverifiedIds, unverifiedBytes], [2, 110])
  assert.equal(zerocopyIds, 0)
})

test("a range whose first id is not in flight says nothing of the others", () => {
  const { ledger } = make()
  for (const bytes of [1, 10]) sendWhole(ledger, "a", bytes)
  ledger.notify(0, 0, false)
  ledger.notify(0, 1, true)
  assert.equal(ledger.counts.copiedIds, 0)
  assert.equal(ledger.counts.unverifiedBytes, 10)
})

test("a hold that is sealed takes no more sends, and is not sealed twice", () => {
  const { ledger } = make()
  const hold = ledger.hold("a")
  ledger.issue(hold, hold, 1)
  ledger.seal(hold)
  assert.throws(() => ledger.issue(hold, hold, 1), /it was sealed/)
  assert.throws(() => ledger.seal(hold), /twice/)
})

test("a hold that is released, or was never opened, is refused", () => {
  const { ledger } = make()
  ledger.seal(ledger.hold("a"))
  for (const hold of [-1, 0, 1]) {
    assert.throws(() => ledger.owner(hold), RangeError)
    assert.throws(() => ledger.seal(hold), RangeError)
    assert.throws(() => ledger.issue(hold, hold, 1), RangeError)
  }
})

test("the rings grow while much is in flight, and lose nothing on the way", () => {
  const { ledger, released } = make(0xffff_ff00)
  // Start in the middle of the rings, so that growing has to unroll them.
  for (let i = 0; i < 20; i++) {
    const id = sendWhole(ledger, "early", 1)
    ledger.notify(id, id, false)
  }
  const owners = Array.from({ length: 1000 }, (_, i) => String(i))
  const ids = owners.map((owner, i) => sendWhole(ledger, owner, i))
  assert.equal(ledger.outstanding, 1000)
  assert.equal(ledger.inFlightBytes, 999 * 500)
  released.length = 0
  // Backwards, so that the oldest keeps both rings at their full length until the end.
  for (const id of ids.toReversed()) ledger.notify(id, id, false)
  assert.deepEqual(released, owners.toReversed())
  assert.equal(ledger.idSpan, 0)
  assert.equal(ledger.inFlightBytes, 0)
})

test("ids and holds come round the same rings for ever", () => {
  const { ledger, released } = make(0xffff_ff00)
  for (let round = 0; round < 1000; round++) {
    const ids = [sendWhole(ledger, "a", 3), sendWhole(ledger, "b", 3)]
    ledger.notify(ids[0], ids[1], false)
    assert.equal(ledger.idSpan, 0)
    assert.equal(ledger.firstHeld, ledger.nextHold)
  }
  assert.equal(released.length, 2000)
})

test("whoever is released may send at once, even so much that the rings grow", () => {
  const released: string[] = []
  const ledger: Ledger<string> = new Ledger((owner) => {
    released.push(owner)
    if (owner === "a") { for (let i = 0; i < 100; i++) sendWhole(ledger, `again ${i}`, 1) }
  })
  for (const owner of ["a", "b", "c"]) sendWhole(ledger, owner, 1)
  ledger.notify(0, 2, false)
  assert.deepEqual(released, ["a", "b", "c"])
  assert.equal(ledger.outstanding, 100)
  ledger.notify(3, 102, false)
  assert.equal(released.length, 103)
  assert.equal(ledger.held, 0)
})

test("whoever is released may take in notifications, and every id is counted once", () => {
  const released: string[] = []
  const ledger: Ledger<string> = new Ledger((owner) => {
    released.push(owner)
    if (owner === "a") ledger.notify(2, 3, true)
  })
  for (const owner of ["a", "b", "c", "d"]) sendWhole(ledger, owner, 1)
  ledger.notify(0, 1, false)
  assert.deepEqual(released.toSorted(), ["a", "b", "c", "d"])
  assert.equal(ledger.counts.notified, 4)
  assert.equal(ledger.counts.unknownIds, 0)
  assert.equal(ledger.outstanding, 0)
})

test("all who are held are visited, oldest first, and nobody else", () => {
  const { ledger } = make()
  const ids = ["a", "b", "c", "d"].map((owner) => sendWhole(ledger, owner, 1))
  ledger.notify(ids[1], ids[1], false)
  const held: string[] = []
  ledger.forEachHeld((owner) => held.push(owner))
  assert.deepEqual(held, ["a", "c", "d"])
})

function make(firstId = 0): { ledger: Ledger<string>; released: string[] } {
  const released: string[] = []
  return { ledger: new Ledger<string>((owner) => released.push(owner), firstId), released }
}

/** Opens a hold, sends all of it in one call, and answers the id. */
function sendWhole(ledger: Ledger<string>, owner: string, bytes: number): number {
  const hold = ledger.hold(owner)
  const id = ledger.issue(hold, hold, bytes)
  ledger.seal(hold)
  return id
}
