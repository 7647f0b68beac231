import assert from "node:assert/strict"
import type { Case } from "../case.ts"
import { Connection } from "../connection.ts"

/** Descriptors whose events can wait. */
export const deferring: readonly Case[] = [
  {
    name: "a deferred descriptor is passed over, and wakes only those who want it",
    async run(bed) {
      const [deferred, other] = [await Connection.open(bed), await Connection.open(bed)]
      let wakes = 0
      const poller = bed.poller(() => wakes++)
      const told: number[] = []
      const visit = (tag: number) => void told.push(tag)
      poller.add(deferred.b, deferred.b)
      poller.add(other.b, other.b)
      poller.poll(visit)
      poller.defer(deferred.b, deferred.b, true)
      // What is ready at the change is told anew.
      assert.equal(poller.poll(visit), 0)
      assert.equal(poller.pollDeferred(visit, 10), 1)
      assert.equal(poller.pollDeferred(visit, 10), 0)
      told.length = 0

      poller.reference(true)
      poller.wakeForDeferred(false)
      poller.park()
      assert.equal(deferred.send(10), 10)
      await bed.settle()
      assert.equal(wakes, 0)
      assert.equal(other.send(10), 10)
      await bed.until("the wait ends", () => wakes === 1)
      assert.equal(poller.poll(visit), 1)
      assert.deepEqual(told.splice(0), [other.b])
      // It was ready all the time.
      poller.park()
      await bed.settle()
      assert.equal(wakes, 1)
      poller.wakeForDeferred(true)
      await bed.until("the wait ends", () => wakes === 2)
      assert.equal(poller.poll(visit), 0)
      assert.equal(poller.pollDeferred(visit, 10), 1)
      assert.deepEqual(told.splice(0), [deferred.b])

      poller.defer(deferred.b, deferred.b, false)
      assert.equal(poller.poll(visit), 1)
      assert.equal(poller.pollDeferred(visit, 10), 0)
      poller.defer(deferred.b, deferred.b, true)
      assert.equal(poller.remove(deferred.b), 0)
      assert.equal(poller.add(deferred.b, deferred.b), 0)
      assert.equal(poller.poll(visit), 1)
      poller.reference(false)
    },
  },
]
