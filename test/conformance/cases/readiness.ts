import assert from "node:assert/strict"
import { errno, ready, sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection } from "../connection.ts"
import { copies, type Testbed } from "../testbed.ts"

const { zerocopy } = sendFlags

/** What a waiting program is told, and when: EPOLLERR, SO_ERROR, and limits that are used up. */
export const readiness: readonly Case[] = [
  {
    name: "EPOLLERR alone resumes a waiting write",
    async run(bed) {
      const connection = await Connection.open(bed, { sendBuffer: 200_000, receiveBuffer: 32_768 })
      // More than the peer has room for, then one call with an id, then more than we have room for.
      assert.equal(connection.send(80_000), 80_000)
      assert.equal(connection.send(4000, zerocopy), 4000)
      for (let n = 1; n > 0;) {
        while ((n = connection.send(8192)) > 0);
        await bed.settle()
        n = connection.send(8192)
      }
      const look = looker(bed, connection.a)
      look()
      assert.deepEqual(connection.reap(), [])
      // The peer reads a little: less than a third of the buffer becomes free, which is no EPOLLOUT.
      let events = 0
      await bed.until("the completion", () => {
        connection.receive(4096)
        events |= look()
        return (events & ready.error) !== 0
      })
      assert.equal(events & ready.writable, 0, "there is room for everybody: the case is void")
      await connection.untilNotified(1)
      assert.ok(connection.send(8192) > 0)
      await connection.untilReceived()
    },
  },
  {
    name: "the last completion of an idle socket is reaped without further I/O",
    async run(bed) {
      const connection = await Connection.open(bed)
      let wakes = 0
      const poller = bed.poller(() => wakes++)
      poller.add(connection.a, 0)
      poller.poll(() => {})
      bed.blackhole()
      assert.equal(connection.send(4000, zerocopy), 4000)
      poller.reference(true)
      if (bed.link !== "lab") await connection.untilReceived()
      poller.park()
      bed.heal()
      await bed.until("the parked wait ends", () => wakes > 0)
      poller.reference(false)
      let events = 0
      poller.poll((_tag, found) => events = found)
      assert.ok(events & ready.error)
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 0, copied: copies(bed) }])
    },
  },
  {
    name: "an unread record keeps EPOLLERR raised, and SO_ERROR neither tells nor clears it",
    async run(bed) {
      const connection = await Connection.open(bed)
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await bed.settle()
      for (let i = 0; i < 2; i++) {
        assert.ok(looker(bed, connection.a)() & ready.error)
        assert.equal(bed.kernel.getOption(connection.a, "SO_ERROR"), 0)
      }
      await connection.untilNotified(1)
      assert.equal(looker(bed, connection.a)() & ready.error, 0)
    },
  },
  {
    name: "EPOLLERR with an empty queue and a real SO_ERROR",
    async run(bed) {
      const connection = await Connection.open(bed)
      const look = looker(bed, connection.a)
      look()
      assert.equal(bed.kernel.disconnect(connection.b), 0)
      let events = 0
      await bed.until("the reset arrives", () => {
        events |= look()
        return (events & ready.error) !== 0
      })
      assert.deepEqual(connection.reap(), [])
      assert.equal(bed.kernel.getOption(connection.a, "SO_ERROR"), errno.ECONNRESET)
      assert.equal(connection.send(4000, zerocopy), -errno.EPIPE)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
    },
  },
  {
    name: "a reset by the peer with ids in flight notifies all of them, and tells the error",
    async run(bed) {
      const connection = await stuffed(bed)
      for (let i = 0; i < 5; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      assert.equal(bed.kernel.disconnect(connection.b), 0)
      await connection.untilNotified(5)
      assert.equal(bed.kernel.getOption(connection.a, "SO_ERROR"), errno.ECONNRESET)
      assert.equal(connection.send(4000, zerocopy), -errno.EPIPE)
    },
  },
  {
    name: "connect to AF_UNSPEC with ids in flight notifies all of them",
    async run(bed) {
      const connection = await stuffed(bed)
      for (let i = 0; i < 5; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      assert.equal(bed.kernel.disconnect(connection.a), 0)
      await connection.untilNotified(5)
      assert.equal(bed.kernel.peerAddress(connection.a), undefined)
    },
  },
  {
    name: "a half-close with ids in flight notifies none of them early, and loses nothing",
    async run(bed) {
      const connection = await stuffed(bed)
      for (let i = 0; i < 5; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      assert.equal(bed.kernel.shutdownWrite(connection.a), 0)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      await connection.untilReceived()
      await bed.until("the FIN arrives", () => {
        connection.receive()
        return connection.ended
      })
      await connection.untilNotified(5)
    },
  },
  {
    name: "the acknowledgement of the FIN is an event",
    links: ["lab"],
    async run(bed) {
      const connection = await Connection.open(bed)
      const before = bed.kernel.acknowledgedBytes(connection.a)
      const look = looker(bed, connection.a)
      bed.blackhole()
      assert.equal(connection.send(4000), 4000)
      assert.equal(bed.kernel.shutdownWrite(connection.a), 0)
      look()
      await bed.settle()
      assert.equal(look(), 0)
      bed.heal()
      let events = 0
      await bed.until("the event", () => (events = look()) !== 0)
      assert.equal(events & (ready.writable | ready.error), ready.writable)
      assert.equal(bed.kernel.acknowledgedBytes(connection.a) - before, 4001)
    },
  },
  {
    name: "a half-close by the peer with ids in flight notifies none of them early",
    async run(bed) {
      const connection = await stuffed(bed)
      for (let i = 0; i < 5; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      assert.equal(bed.kernel.shutdownWrite(connection.b), 0)
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
      await connection.untilReceived()
      await connection.untilNotified(5)
    },
  },
  {
    name: "records of others between ours are stepped over",
    kernels: ["simulated"],
    options: { faults: { foreignRecord: 1 } },
    async run(bed) {
      const connection = await Connection.open(bed)
      for (let id = 0; id < 3; id++) {
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
      }
      assert.equal(connection.foreign, 3)
    },
  },
  ...[[4096, 5, 5], [20_480, 20, 28]].map(([optmemMax, least, most]): Case => ({
    name: `optmem_max ${optmemMax} is enough for ${
      least === most ? least : `about 24`
    } notifications`,
    links: ["lab"],
    options: { optmemMax },
    async run(bed) {
      const connection = await Connection.open(bed, { sendBuffer: 200_000 })
      // The congestion window has to let each call leave at once, or they share notifications.
      for (let i = 0; i < 20; i++) {
        connection.send(50_000)
        await connection.untilReceived()
      }
      await connection.untilAcknowledged()
      bed.blackhole()
      let sends = 0
      let n = 0
      while ((n = connection.send(1, zerocopy)) > 0) sends++
      assert.equal(n, -errno.ENOBUFS)
      assert.ok(sends >= least && sends <= most, `${sends} sends`)
      bed.heal()
      await connection.untilReceived()
      // They are one record now, which takes up the room of one until it is read.
      await bed.settle()
      assert.equal(connection.send(1, zerocopy), 1)
      await connection.untilReceived()
      await connection.untilNotified(sends + 1)
    },
  })),
]

/** A connection whose peer has no room left and does not read: what is sent stays in flight. */
export async function stuffed(bed: Testbed): Promise<Connection> {
  const connection = await Connection.open(bed, { sendBuffer: 200_000, receiveBuffer: 8192 })
  assert.equal(connection.send(50_000), 50_000)
  await bed.settle()
  assert.ok(bed.kernel.acknowledgedBytes(connection.a) < 50_000)
  return connection
}

/** Asks what became ready since it was last asked. */
export function looker(bed: Testbed, fd: number): () => number {
  const poller = bed.poller()
  poller.add(fd, 0)
  return () => {
    let events = 0
    poller.poll((_tag, found) => events |= found)
    return events
  }
}
