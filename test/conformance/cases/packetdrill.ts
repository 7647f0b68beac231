import assert from "node:assert/strict"
import { errno, ready, sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection, establish, listen } from "../connection.ts"
import { copies, type Testbed } from "../testbed.ts"

const { zerocopy } = sendFlags

/** The kernel's packetdrill scripts for MSG_ZEROCOPY over TCP, told again. */
export const packetdrill: readonly Case[] = [
  {
    name: "tcp_zerocopy_basic",
    run: (bed) => oneByOne(bed, true),
  },
  {
    name: "tcp_zerocopy_client",
    run: (bed) => oneByOne(bed, false),
  },
  {
    name: "tcp_zerocopy_batch",
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true })
      for (let i = 0; i < 8; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await connection.untilAcknowledged()
      await bed.settle()
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 7, copied: copies(bed) }])
    },
  },
  {
    name: "tcp_zerocopy_closed",
    async run(bed) {
      const { kernel } = bed
      const { listener, address } = listen(bed, "b", 4)
      const a = bed.socket("a", 4)
      assert.equal(kernel.setOption(a, "SO_ZEROCOPY", 1), 0)
      const early = new Connection(bed, a, -1)
      assert.equal(early.send(4000, zerocopy), -errno.EPIPE)
      assert.deepEqual(early.reap(), [])

      const connection = new Connection(bed, a, await establish(bed, a, listener, address))
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await connection.untilNotified(1)
      // CLOSE_WAIT: the peer has sent a FIN, and still receives.
      assert.equal(kernel.shutdownWrite(connection.b), 0)
      await bed.settle()
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await connection.untilNotified(2)
      assert.equal(kernel.shutdownWrite(a), 0)
      assert.equal(connection.send(4000, zerocopy), -errno.EPIPE)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      assert.deepEqual(connection.ranges, [0, 1].map((id) => verdict(bed, id)))
    },
  },
  {
    name: "tcp_zerocopy_epoll_edge",
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true })
      const poller = bed.poller()
      poller.add(connection.a, 0)
      const poll = () => {
        let found = 0
        poller.poll((_tag, events) => found |= events)
        return found
      }
      assert.equal(poll(), ready.writable)
      assert.equal(poll(), 0)
      for (let i = 0; i < 2; i++) {
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await bed.settle()
        // The records merge; each new one is an event all the same, and only one.
        assert.equal(poll(), ready.writable | ready.error)
        assert.equal(poll(), 0)
      }
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 1, copied: copies(bed) }])
      assert.equal(poll(), 0)
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await bed.settle()
      connection.reap()
      // The record is gone before anybody looked: nothing but the room is left to report.
      assert.equal(poll(), ready.writable)
    },
  },
  ...[18, 64].map((elements): Case => ({
    name: `tcp_zerocopy_maxfrags, ${elements} elements`,
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true, sendBuffer: 200_000 })
      for (let id = 0; id < 2; id++) {
        assert.equal(connection.sendScattered(elements, 1, zerocopy), elements)
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
      }
      assert.deepEqual(connection.ranges, [0, 1].map((id) => verdict(bed, id)))
    },
  })),
  {
    name: "tcp_zerocopy_maxfrags, the last packet decides",
    async run(bed) {
      const connection = await Connection.open(bed, { sendBuffer: 200_000, receiveBuffer: 16_384 })
      assert.equal(connection.sendScattered(36, 4096, zerocopy), 36 * 4096)
      await bed.until(
        "a part is acknowledged",
        () => bed.kernel.acknowledgedBytes(connection.a) > 1,
      )
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      await connection.untilReceived()
      await connection.untilNotified(1)
      assert.deepEqual(connection.ranges, [verdict(bed, 0)])
    },
  },
  {
    name: "tcp_zerocopy_small",
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true })
      const sizes = [1, 2, 63, 64, 65, 511, 1448, 1449]
      for (const [id, bytes] of sizes.entries()) {
        assert.equal(connection.send(bytes, zerocopy), bytes)
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
      }
      assert.deepEqual(connection.ranges, sizes.map((_, id) => verdict(bed, id)))
    },
  },
]

/** Each id is notified when its bytes are acknowledged, and not before. */
async function oneByOne(bed: Testbed, accepted: boolean): Promise<void> {
  const connection = await Connection.open(bed, { accepted })
  for (let id = 0; id < 3; id++) {
    bed.blackhole()
    assert.equal(connection.send(4000, zerocopy), 4000)
    if (bed.link === "lab") {
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
    }
    bed.heal()
    await connection.untilReceived()
    await connection.untilNotified(id + 1)
  }
  assert.deepEqual(connection.ranges, [0, 1, 2].map((id) => verdict(bed, id)))
}

const verdict = (bed: Testbed, id: number) => ({ lo: id, hi: id, copied: copies(bed) })
