import assert from "node:assert/strict"
import { test } from "node:test"
import { Holds } from "../pieces/holds.ts"
import { Ids } from "./ids.ts"

test("a hold is released when it is sealed and its last id is notified, not before", () => {
  const { account, released } = make()
  const hold = account.holds.open("a")
  const [first, second] = [account.ids.issue(hold, hold, 10), account.ids.issue(hold, hold, 20)]
  account.ids.notify(first, first, false)
  assert.deepEqual(released, [])
  account.holds.seal(hold)
  assert.deepEqual(released, [])
  account.ids.notify(second, second, false)
  assert.deepEqual(released, ["a"])
})

test("a hold whose ids are all notified stays until it is sealed: its tail may go by copy", () => {
  const { account, released } = make()
  const hold = account.holds.open("a")
  const id = account.ids.issue(hold, hold, 10)
  account.ids.notify(id, id, false)
  assert.deepEqual(released, [])
  assert.equal(account.holds.held, 1)
  account.holds.seal(hold)
  assert.deepEqual(released, ["a"])
})

test("a hold that no id stands for is released by its seal", () => {
  const { account, released } = make()
  account.holds.seal(account.holds.open("a"))
  assert.deepEqual(released, ["a"])
  assert.equal(account.holds.held, 0)
})

test("notifications out of order release out of order", () => {
  const { account, released } = make()
  const ids = ["a", "b", "c"].map((owner) => sendWhole(account, owner, 1))
  account.ids.notify(ids[2], ids[2], false)
  account.ids.notify(ids[1], ids[1], false)
  assert.deepEqual(released, ["c", "b"])
  assert.equal(account.holds.first, 0)
  account.ids.notify(ids[0], ids[0], false)
  assert.deepEqual(released, ["c", "b", "a"])
  assert.equal(account.holds.first, 3)
})

test("one id can stand for several holds, and one hold for several ids", () => {
  const { account, released } = make()
  const holds = ["a", "b", "c"].map((owner) => account.holds.open(owner))
  const first = account.ids.issue(holds[0], holds[1], 15)
  const second = account.ids.issue(holds[1], holds[2], 15)
  holds.forEach((hold) => account.holds.seal(hold))
  account.ids.notify(second, second, false)
  assert.deepEqual(released, ["c"])
  account.ids.notify(first, first, false)
  assert.deepEqual(released, ["c", "a", "b"])
})

test("a range that wraps releases what it names", () => {
  const { account, released } = make(0xffff_fffe)
  const ids = ["a", "b", "c", "d", "e"].map((owner) => sendWhole(account, owner, 1))
  assert.deepEqual(ids, [0xffff_fffe, 0xffff_ffff, 0, 1, 2])
  account.ids.notify(0xffff_fffe, 1, false)
  assert.deepEqual(released, ["a", "b", "c", "d"])
  assert.equal(account.ids.calls, 1)
})

test("a repeated notification releases once, and is counted as unknown", () => {
  const { account, released } = make()
  const id = sendWhole(account, "a", 1)
  account.ids.notify(id, id, false)
  account.ids.notify(id, id, true)
  assert.deepEqual(released, ["a"])
  assert.equal(account.ids.counts.unknownIds, 1)
  assert.equal(account.ids.counts.copiedIds, 0)
})

test("the range of all ids releases everything, without walking 2 ** 32 ids", () => {
  const { account, released } = make(0xffff_fff0)
  for (let i = 0; i < 40; i++) sendWhole(account, String(i), 1)
  account.ids.notify(0, 0xffff_ffff, false)
  assert.equal(released.length, 40)
  assert.equal(account.ids.counts.unknownIds, 2 ** 32 - 40)
})

test("an id that was never issued does not count for one that will be", () => {
  const { account, released } = make()
  account.ids.notify(0, 5, false)
  const id = sendWhole(account, "a", 1)
  assert.equal(id, 0)
  assert.deepEqual(released, [])
  assert.equal(account.ids.calls, 1)
})

test("the code of a merged range is counted for its first id alone", () => {
  const { account } = make()
  for (const bytes of [1, 10, 100]) sendWhole(account, "a", bytes)
  account.ids.notify(0, 2, true)
  const { copiedIds, copiedBytes, unverifiedIds, unverifiedBytes, zerocopyIds } = account.ids.counts
  assert.deepEqual([copiedIds, copiedBytes], [1, 1])
  assert.deepEqual([unverifiedIds, unverifiedBytes], [2, 110])
  assert.equal(zerocopyIds, 0)
})

test("a range whose first id is not in flight says nothing about the others", () => {
  const { account } = make()
  for (const bytes of [1, 10]) sendWhole(account, "a", bytes)
  account.ids.notify(0, 0, false)
  account.ids.notify(0, 1, true)
  assert.equal(account.ids.counts.copiedIds, 0)
  assert.equal(account.ids.counts.unverifiedBytes, 10)
})

test("a hold that is sealed takes no more sends, and is not sealed twice", () => {
  const { account } = make()
  const hold = account.holds.open("a")
  account.ids.issue(hold, hold, 1)
  account.holds.seal(hold)
  assert.throws(() => account.ids.issue(hold, hold, 1), /it was sealed/)
  assert.throws(() => account.holds.seal(hold), /twice/)
})

test("a hold that is released, or was never opened, is refused", () => {
  const { account } = make()
  account.holds.seal(account.holds.open("a"))
  for (const hold of [-1, 0, 1]) {
    assert.throws(() => account.holds.owner(hold), RangeError)
    assert.throws(() => account.holds.seal(hold), RangeError)
    assert.throws(() => account.ids.issue(hold, hold, 1), RangeError)
  }
})

test("the rings grow while many ids are in flight, and lose nothing", () => {
  const { account, released } = make(0xffff_ff00)
  // Start in the middle of the rings, so that growing has to unroll them.
  for (let i = 0; i < 20; i++) {
    const id = sendWhole(account, "early", 1)
    account.ids.notify(id, id, false)
  }
  const owners = Array.from({ length: 1000 }, (_, i) => String(i))
  const ids = owners.map((owner, i) => sendWhole(account, owner, i))
  assert.equal(account.ids.calls, 1000)
  assert.equal(account.ids.bytes, 999 * 500)
  released.length = 0
  // Backwards, so that the oldest one keeps both rings at full length until the end.
  for (const id of ids.toReversed()) account.ids.notify(id, id, false)
  assert.deepEqual(released, owners.toReversed())
  assert.equal(account.ids.span, 0)
  assert.equal(account.ids.bytes, 0)
})

test("ids and holds reuse the same rings for ever", () => {
  const { account, released } = make(0xffff_ff00)
  for (let round = 0; round < 1000; round++) {
    const ids = [sendWhole(account, "a", 3), sendWhole(account, "b", 3)]
    account.ids.notify(ids[0], ids[1], false)
    assert.equal(account.ids.span, 0)
    assert.equal(account.holds.first, account.holds.next)
  }
  assert.equal(released.length, 2000)
})

test("a release may send at once, even so much that the rings grow", () => {
  const released: string[] = []
  const account: Account<string> = accountOf<string>((owner) => {
    released.push(owner)
    if (owner === "a") { for (let i = 0; i < 100; i++) sendWhole(account, `again ${i}`, 1) }
  })
  for (const owner of ["a", "b", "c"]) sendWhole(account, owner, 1)
  account.ids.notify(0, 2, false)
  assert.deepEqual(released, ["a", "b", "c"])
  assert.equal(account.ids.calls, 100)
  account.ids.notify(3, 102, false)
  assert.equal(released.length, 103)
  assert.equal(account.holds.held, 0)
})

test("a release may process notifications, and every id is counted once", () => {
  const released: string[] = []
  const account: Account<string> = accountOf<string>((owner) => {
    released.push(owner)
    if (owner === "a") account.ids.notify(2, 3, true)
  })
  for (const owner of ["a", "b", "c", "d"]) sendWhole(account, owner, 1)
  account.ids.notify(0, 1, false)
  assert.deepEqual(released.toSorted(), ["a", "b", "c", "d"])
  assert.equal(account.ids.counts.notified, 4)
  assert.equal(account.ids.counts.unknownIds, 0)
  assert.equal(account.ids.calls, 0)
})

test("all held owners are visited, oldest first, and no others", () => {
  const { account } = make()
  const ids = ["a", "b", "c", "d"].map((owner) => sendWhole(account, owner, 1))
  account.ids.notify(ids[1], ids[1], false)
  const held: string[] = []
  account.holds.forEachHeld((owner) => held.push(owner))
  assert.deepEqual(held, ["a", "c", "d"])
})

function make(firstId = 0): { account: Account<string>; released: string[] } {
  const released: string[] = []
  return { account: accountOf<string>((owner) => released.push(owner), firstId), released }
}

/** Opens a hold, sends all of it in one call, and returns the id. */
function sendWhole(account: Account<string>, owner: string, bytes: number): number {
  const hold = account.holds.open(owner)
  const id = account.ids.issue(hold, hold, bytes)
  account.holds.seal(hold)
  return id
}

interface Account<Owner> {
  readonly holds: Holds<Owner>
  readonly ids: Ids
}

function accountOf<Owner>(release: (owner: Owner) => void, firstId = 0): Account<Owner> {
  const holds = new Holds(release)
  return { holds, ids: new Ids(holds, firstId) }
}
