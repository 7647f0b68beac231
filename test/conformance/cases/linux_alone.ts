import assert from "node:assert/strict"
import { ControlBatch } from "../../../ffi/abi/msghdr.ts"
import * as linux from "../../../ffi/constants.ts"
import { libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import { sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection, listen } from "../connection.ts"
import { Epoll } from "../epoll.ts"
import { copies, type Testbed } from "../testbed.ts"

const { zerocopy } = sendFlags

/** What the port has no word for, so that the simulated kernel cannot be asked. */
export const linuxAlone: readonly Case[] = ([
  {
    name: "tcp_zerocopy_epoll_exclusive",
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true })
      using epoll = new Epoll()
      const events = linux.EPOLLOUT | linux.EPOLLET | linux.EPOLLEXCLUSIVE
      assert.equal(epoll.add(connection.a, events), 0)
      assert.equal(epoll.wait(), linux.EPOLLOUT)
      assert.equal(epoll.wait(), 0)
      for (let i = 0; i < 2; i++) {
        await sendOne(bed, connection)
        assert.equal(epoll.wait(), linux.EPOLLOUT | linux.EPOLLERR)
        assert.equal(epoll.wait(), 0)
      }
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 1, copied: copies(bed) }])
      assert.equal(epoll.wait(), 0)
    },
  },
  {
    name: "tcp_zerocopy_epoll_oneshot",
    async run(bed) {
      const connection = await Connection.open(bed, { accepted: true })
      using epoll = new Epoll()
      const events = linux.EPOLLOUT | linux.EPOLLONESHOT
      assert.equal(epoll.add(connection.a, events), 0)
      await sendOne(bed, connection)
      assert.equal(epoll.wait(), linux.EPOLLOUT | linux.EPOLLERR)
      // Nothing more, unread record or not, until it is armed again.
      assert.equal(epoll.wait(), 0)
      await sendOne(bed, connection)
      assert.equal(epoll.wait(), 0)
      assert.equal(epoll.modify(connection.a, events), 0)
      assert.equal(epoll.wait(), linux.EPOLLOUT | linux.EPOLLERR)
      assert.deepEqual(connection.reap(), [{ lo: 0, hi: 1, copied: copies(bed) }])
      assert.equal(epoll.modify(connection.a, events), 0)
      assert.equal(epoll.wait(), linux.EPOLLOUT)
    },
  },
  {
    name: "an unread record is an event of every level-triggered wait, even for interest 0",
    async run(bed) {
      const connection = await Connection.open(bed)
      using epoll = new Epoll()
      assert.equal(epoll.add(connection.a, 0), 0)
      assert.equal(epoll.wait(), 0)
      await sendOne(bed, connection)
      for (let i = 0; i < 3; i++) assert.equal(epoll.wait(), linux.EPOLLERR)
      connection.reap()
      assert.equal(epoll.wait(), 0)
    },
  },
  {
    name: "tcp_zerocopy_fastopen-client",
    options: { fastOpen: true },
    async run(bed) {
      const { kernel } = bed
      const { listener, address } = listen(bed, "b", 4)
      const a = bed.socket("a", 4)
      assert.equal(kernel.setOption(a, "SO_ZEROCOPY", 1), 0)
      assert.equal(setInt(a, linux.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1), 0)
      // Nothing is sent yet: the SYN waits for its data.
      assert.equal(kernel.connect(a, address), 0)
      const client = new Connection(bed, a, -1)
      assert.equal(client.send(500, zerocopy), 500)
      let b = -1
      await bed.until("a connection", () => (b = kernel.accept(listener)) >= 0)
      const connection = new Connection(bed, a, bed.own(b))
      connection.sentBytes = 500
      for (let id = 0; id < 2; id++) {
        await connection.untilReceived()
        await connection.untilNotified(id + 1)
        if (id === 0) assert.equal(connection.send(500, zerocopy), 500)
      }
      const verdict = (id: number) => ({ lo: id, hi: id, copied: copies(bed) })
      assert.deepEqual(connection.ranges, [0, 1].map(verdict))
    },
  },
  {
    name: "tcp_zerocopy_fastopen-server",
    options: { fastOpen: true },
    async run(bed) {
      const { kernel } = bed
      const { listener, address } = listen(bed, "a", 4)
      assert.equal(kernel.setOption(listener, "SO_ZEROCOPY", 1), 0)
      const b = bed.socket("b", 4)
      assert.equal(setInt(b, linux.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1), 0)
      bed.blackhole()
      assert.equal(kernel.connect(b, address), 0)
      assert.equal(new Connection(bed, b, -1).send(100), 100)
      // The server has the data of the SYN and may answer it before the handshake is over.
      let a = -1
      await bed.until("a connection", () => (a = kernel.accept(listener)) >= 0)
      const connection = new Connection(bed, bed.own(a), b)
      assert.equal(connection.send(4000, zerocopy), 4000)
      if (bed.link === "lab") {
        await bed.settle()
        assert.deepEqual(connection.reap(), [])
      }
      bed.heal()
      await connection.untilReceived()
      await connection.untilNotified(1)
      assert.deepEqual(connection.ranges, [{ lo: 0, hi: 0, copied: copies(bed) }])
    },
  },
  {
    name: "dup shares the counter",
    async run(bed) {
      const connection = await Connection.open(bed)
      const a = bed.own(libc().fcntl(connection.a, linux.F_DUPFD_CLOEXEC, 0))
      const twin = new Connection(bed, a, connection.b)
      for (const sender of [connection, twin, connection]) {
        sender.sentBytes = connection.sentBytes
        assert.equal(sender.send(4000, zerocopy), 4000)
        connection.sentBytes = sender.sentBytes
        await connection.untilReceived()
        await bed.settle()
      }
      // And the error queue: each record is read once, through whichever descriptor.
      assert.deepEqual(twin.reap(), [{ lo: 0, hi: 2, copied: copies(bed) }])
      assert.deepEqual(connection.reap(), [])
    },
  },
  {
    name: "timestamp records between ours are stepped over",
    async run(bed) {
      const connection = await Connection.open(bed)
      assert.equal(setInt(connection.a, linux.SOL_SOCKET, SO_TIMESTAMPING, timestamping), 0)
      for (let i = 0; i < 5; i++) {
        assert.equal(connection.send(4000, zerocopy), 4000)
        await connection.untilReceived()
        await connection.untilNotified(i + 1)
      }
      assert.ok(connection.foreign > 0, "no timestamp came")
      assert.deepEqual(
        connection.ranges.map(({ lo, hi }) => [lo, hi]),
        [0, 1, 2, 3, 4].map((id) => [id, id]),
      )
      assert.ok(connection.ranges.every(({ copied }) => copied === copies(bed)))
    },
  },
  ...([
    ["IPv4", { family: 4 }, linux.IPPROTO_IP, linux.IP_RECVERR, 48],
    ["IPv6", { family: 6 }, linux.IPPROTO_IPV6, linux.IPV6_RECVERR, 60],
    ["IPv4 in an IPv6 socket", { mapped: true }, linux.IPPROTO_IPV6, linux.IPV6_RECVERR, 60],
  ] as const).map(([what, options, level, type, length]): Case => ({
    name: `a control message over ${what} is of level ${level} and type ${type}`,
    async run(bed) {
      const connection = await Connection.open(bed, options)
      await sendOne(bed, connection)
      const batch = new ControlBatch(libc().backend, 1)
      const flags = linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT
      assert.equal(libc().recvmmsg(connection.a, batch, flags), 1)
      const control = new DataView(batch.control.buffer)
      const header = [0, 8, 12].map((offset) => control.getInt32(offset, true))
      assert.deepEqual(header, [length, level, type])
    },
  })),
] satisfies readonly Case[]).map((one: Case) => ({ ...one, kernels: ["linux"] }))

/** Sends, and waits until the record is there. */
async function sendOne(bed: Testbed, connection: Connection): Promise<void> {
  assert.equal(connection.send(4000, zerocopy), 4000)
  await connection.untilReceived()
  await connection.untilAcknowledged()
  await bed.settle()
}

function setInt(fd: number, level: number, option: number, value: number): number {
  const memory = NativeMemory.allocate(libc().backend, 4)
  new Int32Array(memory.buffer)[0] = value
  return libc().setsockopt(fd, level, option, memory)
}

// include/uapi/linux/tcp.h, asm-generic/socket.h, net_tstamp.h
const TCP_FASTOPEN_CONNECT = 30
const SO_TIMESTAMPING = 37
const SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1
const SOF_TIMESTAMPING_SOFTWARE = 1 << 4
const SOF_TIMESTAMPING_OPT_ID = 1 << 7
const SOF_TIMESTAMPING_TX_ACK = 1 << 9
const SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11
const timestamping = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |
  SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_OPT_TSONLY
