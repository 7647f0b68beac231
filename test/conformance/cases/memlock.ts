import assert from "node:assert/strict"
import { errno, ready, sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import type { Connection } from "../connection.ts"
import { looker, stuffed } from "./readiness.ts"

const { zerocopy } = sendFlags

/** RLIMIT_MEMLOCK, which Linux counts by user: there these run as a user of their own. */
export const memlock: readonly Case[] = [
  ...[
    // `(bytes >> 12) + 2` pages for each call.
    { memlock: 64 * 1024, bytes: 4096, sends: 5 },
    { memlock: 64 * 1024, bytes: 14 * 4096, sends: 1 },
    { memlock: 64 * 1024, bytes: 15 * 4096, sends: 0 },
    { memlock: 256 * 1024, bytes: 16 * 1024, sends: 10 },
    { memlock: 8 * 1024 * 1024, bytes: 1024 * 1024, sends: 7 },
  ].map(({ memlock, bytes, sends }): Case => ({
    name: `${memlock / 1024} KiB of memlock are ${sends} sends of ${bytes} bytes`,
    links: ["loopback"],
    options: { memlock },
    async run(bed) {
      // A call is charged whole, whatever part of it is accepted; large ones fill one socket each.
      const many = bytes > 100_000 ? sends + 1 : 1
      const connections: Connection[] = []
      for (let i = 0; i < many; i++) connections.push(await stuffed(bed))
      for (let i = 0; i < sends; i++) {
        const n = connections[i % many].send(bytes, zerocopy)
        assert.ok(n > 0, `send ${i + 1} failed: errno ${-n}`)
      }
      assert.equal(connections[sends % many].send(bytes, zerocopy), -errno.ENOBUFS)
      await connections[0].untilReceived()
      await connections[0].untilNotified(many === 1 ? sends : 1)
      if (sends > 0) assert.ok(connections[0].send(bytes, zerocopy) > 0)
    },
  })),
  {
    name: "ENOBUFS with nothing outstanding falls back at once",
    links: ["loopback"],
    options: { memlock: 64 * 1024 },
    async run(bed) {
      const [holder, other] = [await stuffed(bed), await stuffed(bed)]
      assert.equal(holder.send(14 * 4096, zerocopy), 14 * 4096)
      assert.equal(other.send(4096, zerocopy), -errno.ENOBUFS)
      // No completion will ever wake whoever waits on this socket now.
      const look = looker(bed, other.a)
      look()
      assert.deepEqual(other.reap(), [])
      assert.equal(other.send(4096, zerocopy), -errno.ENOBUFS)
      assert.equal(other.send(4096), 4096)
      await bed.settle()
      assert.equal(look() & ready.error, 0)
      await holder.untilReceived()
      await holder.untilNotified(1)
      assert.equal(other.send(4096, zerocopy), 4096)
      await other.untilReceived()
      await other.untilNotified(1)
    },
  },
]
