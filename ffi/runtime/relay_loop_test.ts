import assert from "node:assert/strict"
import { test } from "node:test"
import { POLLERR, POLLIN, POLLOUT } from "../constants.ts"
import { errno } from "../errno.ts"
import { type Relayed, type RelayJob, relaySource } from "./relay_loop.ts"

test("a sink with an unread notification and no room ends a relay: poll would report it again", () => {
  const { relayed, polls } = relay({
    splice: (from) => from === job.from ? 1000 : -errno.EAGAIN,
    poll: (events) => events === POLLIN ? POLLIN : POLLERR,
  })
  assert.deepEqual(relayed, { received: 1000, accepted: 0, receiveError: 0, sendError: 0 })
  assert.equal(polls, 2)
})

test("a source with an unread notification and no bytes is asked for none", () => {
  const { relayed } = relay({
    splice: () => assert.fail("a call on a socket that may wait"),
    poll: () => POLLERR,
  })
  assert.deepEqual(relayed, { received: 0, accepted: 0, receiveError: 0, sendError: 0 })
})

test("a relay ends in time though its sink always takes a little", () => {
  let calls = 0
  const { relayed } = relay({
    // Every other call finds no room.
    splice: (from) => from === job.from ? 1_000_000 : calls++ % 2 === 0 ? 1 : -errno.EAGAIN,
    poll: (events) => events === POLLIN ? POLLIN : POLLOUT,
  })
  // A millisecond passes with each poll.
  const { received, accepted, receiveError, sendError } = relayed
  assert.deepEqual([received, receiveError, sendError], [1_000_000, 0, 0])
  assert.ok(accepted > 0 && accepted < received, `${accepted} bytes`)
})

interface Calls {
  /** What a call that takes from `from` returns. */
  splice(from: number): number
  /** The events of a socket that is asked for `events`. */
  poll(events: number): number
}

/** Runs the thread's function with these calls, in a time that goes on by a millisecond with each poll. */
function relay(calls: Calls): { readonly relayed: Relayed; readonly polls: number } {
  let [now, polls, number] = [0, 0, 0]
  const entries = new Int32Array(4)
  const made = {
    splice(from: number): number {
      const n = calls.splice(from)
      number = Math.max(0, -n)
      return Math.max(-1, n)
    },
    poll(): number {
      now++
      assert.ok(polls++ < 10 * job.longest, "it goes on for ever")
      entries[1] |= calls.poll(entries[1]) << 16
      return 1
    },
  }
  const run = new Function("performance", `return (${relaySource})`)({ now: () => now })
  return { relayed: run(made, () => number, entries, job), polls }
}

const job: RelayJob = {
  ...{ from: 3, to: 4, readEnd: 5, writeEnd: 6, stop: 7, held: 0, most: 1_000_000 },
  ...{ idle: 10, longest: 100 },
}
