import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { connect, type Socket } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 120_000 }

describe("when peers read nothing", options, () => {
  test(
    "they pin no more than the budget, and do not keep others from sending",
    options,
    async () => {
      using lab = new Lab()
      const { budget } = defaultStack()
      const { used, limit } = budget
      budget.limit = 2 * 1024 * 1024
      const spawn = (command: readonly string[]) => lab.spawn(lab.b, command)
      // What is sent into a black hole is never acknowledged, whatever the size of the peer's buffer.
      const peers = await Promise.all(
        Array.from({ length: 24 }, () => Peer.start(spawn, lab.b.ipv4)),
      )
      const open = (peer: Peer): Promise<Socket> =>
        lab.a.namespace.inside(() => connect({ hostname: lab.b.ipv4, port: peer.port }))
      const stalled: Socket[] = []
      for (const peer of peers.slice(1)) stalled.push(await open(peer))
      const good = await open(peers[0])

      const writers = stalled.map((socket) => socket.writable.getWriter())
      // The kernel lets an established connection have far more in flight than a new one.
      for (const writer of writers) await writer.write(new Uint8Array(8_000_000))
      while (stalled.some((socket) => socket.stats().held > 0)) await setTimeout(10)

      lab.blackhole()
      const writing = writers.map(async (writer) => {
        for (let i = 0; i < 200; i++) await writer.write(pattern(i * 65_536, 65_536))
      })
      // Above the limit each may have a slot, and go over it by one.
      const mostBytes = budget.limit + stalled.length * 2 * 64 * 1024
      const changed = budget.changed.bind(budget)
      let pinned = budget.used
      budget.changed = (before, now) => {
        changed(before, now)
        pinned = Math.max(pinned, budget.used)
      }
      while (budget.used - used < budget.limit) await setTimeout(10)
      await untilStill(() => budget.used)
      budget.changed = changed
      assert.ok(pinned - used <= mostBytes, `${pinned} bytes were pinned`)

      lab.heal()
      const totalBytes = 30_000_000
      await patternStream(totalBytes, 65_536).pipeTo(good.writable)
      await good.close()
      assert.equal((await peers[0].received).sha256, patternHash(totalBytes))

      // The writes fail before `abort` resolves, and somebody must hear of it by then.
      const written = Promise.allSettled(writing)
      await Promise.all(stalled.map((socket) => socket.abort()))
      await written
      assert.equal(budget.used, used)
      budget.limit = limit
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
    },
  )
})

/** Waits until a figure has not changed for half a second. */
async function untilStill(figure: () => number): Promise<void> {
  for (let before = -1; figure() !== before;) {
    before = figure()
    await setTimeout(500)
  }
}
