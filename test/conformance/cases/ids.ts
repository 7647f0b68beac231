import assert from "node:assert/strict"
import { errno, sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection, establish, listen } from "../connection.ts"
import { copies, type Testbed } from "../testbed.ts"

const { zerocopy } = sendFlags

/** Which calls get an id, and which ids a range names. */
export const ids: readonly Case[] = [
  {
    name: "0 bytes take no id",
    run: (bed) => takesNoId(bed, (connection) => assert.equal(connection.send(0, zerocopy), 0)),
  },
  {
    name: "EFAULT takes no id",
    run: (bed) =>
      takesNoId(bed, (connection) => {
        const memory = bed.pages(1)
        const spoil = () => bed.spoil(memory)
        assert.equal(connection.sendFrom([memory], 4096, zerocopy, spoil), -errno.EFAULT)
      }),
  },
  {
    name: "EFAULT in the second of two elements takes no id, and nothing of the first",
    run: (bed) =>
      takesNoId(bed, (connection) => {
        const [first, second] = [bed.pages(1), bed.pages(1)]
        const spoil = () => bed.spoil(second)
        assert.equal(connection.sendFrom([first, second], 4096, zerocopy, spoil), -errno.EFAULT)
      }),
  },
  {
    name: "EAGAIN takes no id",
    async run(bed) {
      const connection = await Connection.open(bed, { sendBuffer: 50_000, receiveBuffer: 4096 })
      let count = 0
      while (connection.send(10_000, zerocopy) > 0) count++
      for (let i = 0; i < 3; i++) assert.equal(connection.send(10_000, zerocopy), -errno.EAGAIN)
      await connection.untilReceived()
      assert.equal(connection.send(10_000, zerocopy), 10_000)
      await connection.untilReceived()
      await connection.untilNotified(count + 1)
    },
  },
  {
    name: "EPIPE takes no id",
    async run(bed) {
      const connection = await Connection.open(bed)
      assert.equal(connection.send(4000, zerocopy), 4000)
      assert.equal(bed.kernel.shutdownWrite(connection.a), 0)
      for (let i = 0; i < 3; i++) assert.equal(connection.send(4000, zerocopy), -errno.EPIPE)
      await connection.untilReceived()
      await connection.untilNotified(1)
    },
  },
  {
    name: "the flag without SO_ZEROCOPY is a copy, and takes no id",
    async run(bed) {
      const connection = await Connection.open(bed, { zerocopy: false })
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await bed.settle()
      assert.deepEqual(connection.reap(), [])
    },
  },
  {
    name: "a toggled option leaves the counter as it is",
    run: (bed) =>
      takesNoId(bed, (connection) => {
        const { kernel } = bed
        assert.equal(kernel.setOption(connection.a, "SO_ZEROCOPY", 0), 0)
        assert.equal(connection.send(4000, zerocopy), 4000)
        assert.equal(kernel.setOption(connection.a, "SO_ZEROCOPY", 1), 0)
      }),
  },
  {
    name: "SO_ZEROCOPY is 0 or 1",
    links: ["loopback"],
    run(bed) {
      const { kernel } = bed
      const fd = bed.socket("a", 4)
      for (const value of [-1, 2, 100]) {
        assert.equal(kernel.setOption(fd, "SO_ZEROCOPY", value), -errno.EINVAL)
      }
      assert.equal(kernel.getOption(fd, "SO_ZEROCOPY"), 0)
      for (const value of [1, 0]) {
        assert.equal(kernel.setOption(fd, "SO_ZEROCOPY", value), 0)
        assert.equal(kernel.getOption(fd, "SO_ZEROCOPY"), value)
      }
    },
  },
  {
    name: "accept inherits SO_ZEROCOPY",
    async run(bed) {
      const { kernel } = bed
      const { listener, address } = listen(bed, "a", 4)
      assert.equal(kernel.setOption(listener, "SO_ZEROCOPY", 1), 0)
      const b = bed.socket("b", 4)
      const a = await establish(bed, b, listener, address)
      assert.equal(kernel.getOption(a, "SO_ZEROCOPY"), 1)
      const connection = new Connection(bed, a, b)
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await connection.untilNotified(1)
    },
  },
  {
    name: "the counter survives connect to AF_UNSPEC and another connect",
    async run(bed) {
      const { kernel } = bed
      const first = await Connection.open(bed)
      assert.equal(first.send(4000, zerocopy), 4000)
      await first.untilReceived()
      await first.untilNotified(1)
      assert.equal(kernel.disconnect(first.a), 0)
      kernel.getOption(first.a, "SO_ERROR")
      const { listener, address } = listen(bed, "b", 4)
      const b = await establish(bed, first.a, listener, address)
      const second = new Connection(bed, first.a, b)
      assert.equal(second.send(4000, zerocopy), 4000)
      await second.untilReceived()
      await second.untilNotified(1)
      assert.deepEqual(second.ranges, [{ lo: 1, hi: 1, copied: copies(bed) }])
    },
  },
  {
    name: "a range that wraps, [FFFFFFFE..1]",
    kernels: ["simulated"],
    options: { firstId: 0xffff_fffe },
    async run(bed) {
      const connection = await Connection.open(bed)
      for (let i = 0; i < 4; i++) assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await bed.settle()
      assert.deepEqual(connection.reap(), [{ lo: 0xffff_fffe, hi: 1, copied: copies(bed) }])
      assert.equal(connection.notified, 4)
    },
  },
  {
    name: "a range that ends at the last id, [FFFFFFFF..FFFFFFFF]",
    kernels: ["simulated"],
    options: { firstId: 0xffff_ffff },
    async run(bed) {
      const connection = await Connection.open(bed)
      for (const id of [0xffff_ffff, 0]) {
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await bed.settle()
        assert.deepEqual(connection.reap(), [{ lo: id, hi: id, copied: copies(bed) }])
      }
      assert.equal(connection.notified, 2)
    },
  },
  ...([["IPv4", { family: 4 }], ["IPv6", { family: 6 }], [
    "IPv4 in an IPv6 socket",
    { family: 4, mapped: true },
  ]] as const).map(([what, options]): Case => ({
    name: `control messages over ${what}`,
    async run(bed) {
      const connection = await Connection.open(bed, options)
      assert.equal(connection.send(4000, zerocopy), 4000)
      await connection.untilReceived()
      await connection.untilNotified(1)
      assert.deepEqual(connection.ranges, [{ lo: 0, hi: 0, copied: copies(bed) }])
      assert.equal(connection.foreign, 0)
    },
  })),
]

/** A call between two that take an id takes none: of three ids, 0 and 1 are given. */
async function takesNoId(bed: Testbed, call: (connection: Connection) => void): Promise<void> {
  const connection = await Connection.open(bed)
  assert.equal(connection.send(4000, zerocopy), 4000)
  call(connection)
  assert.equal(connection.send(4000, zerocopy), 4000)
  await connection.untilReceived()
  await connection.untilNotified(2)
  await bed.settle()
  assert.deepEqual(connection.reap(), [])
  assert.equal(connection.ranges[0].lo, 0)
  assert.equal(connection.ranges.at(-1)?.hi, 1)
}
