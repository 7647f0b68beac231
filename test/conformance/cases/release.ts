import assert from "node:assert/strict"
import { sendFlags } from "../../../src/kernel/port.ts"
import { Holds } from "../../../src/pieces/holds.ts"
import { Ids } from "../../../src/zerocopy/ids.ts"
import type { Case } from "../case.ts"
import { Connection, type Range } from "../connection.ts"
import { copies, type Testbed } from "../testbed.ts"
import { stuffed } from "./readiness.ts"

const { zerocopy } = sendFlags

/** What comes back from the kernel, taken in by holds and ids: nothing is released too early or twice. */
export const release: readonly Case[] = [
  {
    name: "a zero-copy head with a copied tail is not released before the head is notified",
    async run(bed) {
      const { connection, holds, ids, released } = await account(bed)
      const whole = holds.open("whole")
      bed.blackhole()
      assert.equal(connection.send(4000, zerocopy), 4000)
      ids.issue(whole, whole, 4000)
      assert.equal(connection.send(4000), 4000)
      holds.seal(whole)
      if (bed.link === "lab") await bed.settle()
      if (bed.link === "lab") assert.deepEqual(connection.reap(), [])
      assert.deepEqual(released, [])
      bed.heal()
      await connection.untilReceived()
      await connection.untilNotified(1)
      take(ids, connection.ranges)
      assert.deepEqual(released, ["whole"])
    },
  },
  {
    name: "memory of two calls, of which the second is notified first, waits for the first",
    async run(bed) {
      const { connection, holds, ids, released } = await account(bed)
      const lease = holds.open("lease")
      for (let id = 0; id < 2; id++) {
        assert.equal(connection.send(4000, zerocopy), 4000)
        assert.equal(ids.issue(lease, lease, 4000), id)
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
      }
      holds.seal(lease)
      const [first, second] = connection.ranges
      assert.deepEqual([first.lo, second.lo], [0, 1])
      take(ids, [second])
      assert.deepEqual(released, [])
      take(ids, [first])
      assert.deepEqual(released, ["lease"])
    },
  },
  {
    name: "ids out of order never free a buffer whose own id has not come",
    options: { faults: { lateNotification: 0.3 } },
    run: (bed) => outOfOrder(bed),
  },
  {
    name: "ids that nobody knows are counted and ignored",
    async run(bed) {
      const { connection } = await account(bed)
      for (let i = 0; i < 3; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      // The ids begin here, as it does for a socket that was taken over with ids in flight.
      const released: string[] = []
      const holds = new Holds<string>((owner) => released.push(owner))
      const ids = new Ids(holds, 3)
      const hold = holds.open("ours")
      assert.equal(connection.send(4000, zerocopy), 4000)
      ids.issue(hold, hold, 4000)
      holds.seal(hold)
      await connection.untilReceived()
      await connection.untilNotified(4)
      take(ids, connection.ranges)
      assert.deepEqual(released, ["ours"])
      assert.equal(ids.counts.unknownIds, 3)
      take(ids, connection.ranges)
      assert.deepEqual(released, ["ours"])
      assert.equal(ids.counts.unknownIds, 7)
    },
  },
  {
    name: "calls that could not leave at once share a notification, which comes with the last",
    async run(bed) {
      const connection = await stuffed(bed)
      for (let i = 0; i < 5; i++) assert.equal(connection.send(8000, zerocopy), 8000)
      let halfway = false
      await bed.until("they are acknowledged", () => {
        connection.receive(4096)
        connection.reap()
        // Looked at after the queue was read, so that nothing is notified that is not known here.
        const left = connection.sentBytes - bed.kernel.acknowledgedBytes(connection.a)
        if (left > 0) assert.equal(connection.notified, 0)
        halfway ||= left > 0 && left < 24_000
        return left <= 0
      })
      assert.ok(halfway, "the window opened too far at once: the case is void")
      await connection.untilReceived()
      await connection.untilNotified(5)
      assert.deepEqual(connection.ranges, [{ lo: 0, hi: 4, copied: copies(bed) }])
    },
  },
  {
    name: "a merged range has the verdict of its first id alone",
    links: ["lab"],
    async run(bed) {
      const connection = await Connection.open(bed)
      for (const tapped of [false, true, false]) {
        const end = tapped ? bed.capture() : () => {}
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await connection.untilAcknowledged()
        await bed.settle()
        end()
      }
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 2, copied: false }])
    },
  },
  {
    name: "zero-copy comes back after a tap closes",
    links: ["lab"],
    async run(bed) {
      const connection = await Connection.open(bed)
      for (const [id, tapped] of [false, true, false].entries()) {
        const end = tapped ? bed.capture() : () => {}
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
        end()
      }
      assert.deepEqual(connection.ranges.map(({ copied }) => copied), [false, true, false])
    },
  },
]

/** Many buffers of two calls each over a network that loses packets. */
async function outOfOrder(bed: Testbed): Promise<void> {
  const { connection, holds, ids, released } = await account(bed)
  const told = new Set<number>()
  const idsOf = new Map<string, number[]>()
  let overtaken = 0
  const reap = () => {
    for (const range of connection.reap()) {
      if (range.lo > 0 && !told.has(range.lo - 1)) overtaken++
      for (let id = range.lo; id <= range.hi; id++) told.add(id)
      const before = released.length
      take(ids, [range])
      for (const owner of released.slice(before)) {
        const early = idsOf.get(owner)?.filter((id) => !told.has(id))
        assert.deepEqual(early, [], `buffer ${owner} was released before some of its ids came`)
      }
    }
  }
  bed.lose()
  for (let i = 0; i < buffers; i++) {
    const hold = holds.open(String(i))
    const mine: number[] = []
    idsOf.set(String(i), mine)
    for (let left = 4000; left > 0;) {
      let n = 0
      await bed.until("room", () => {
        connection.receive()
        n = connection.send(Math.min(left, 2000), zerocopy)
        return n > 0
      })
      mine.push(ids.issue(hold, hold, n))
      left -= n
    }
    holds.seal(hold)
    reap()
  }
  await connection.untilReceived()
  await bed.until("every buffer is released", () => {
    reap()
    return released.length === buffers
  })
  assert.equal(new Set(released).size, buffers)
  assert.equal(ids.calls, 0)
  // Linux rarely lets one overtake another; the simulated kernel was told to.
  if (bed.kernelName === "simulated") assert.ok(overtaken > 0, "nothing came out of order")
}

async function account(bed: Testbed): Promise<{
  readonly connection: Connection
  readonly holds: Holds<string>
  readonly ids: Ids
  readonly released: string[]
}> {
  const released: string[] = []
  const holds = new Holds<string>((owner) => released.push(owner))
  return { connection: await Connection.open(bed), holds, ids: new Ids(holds), released }
}

function take(ids: Ids, ranges: readonly Range[]): void {
  for (const { lo, hi, copied } of ranges) ids.notify(lo, hi, copied)
}

const buffers = 100
