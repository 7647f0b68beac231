import assert from "node:assert/strict"
import { errno, type Pipe, ready } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection } from "../connection.ts"
import type { Testbed } from "../testbed.ts"
import { looker } from "./readiness.ts"

/** What splice(2) does between sockets and a pipe. */
export const pipes: readonly Case[] = [
  {
    name: "what is received goes through a pipe to another socket, and the end after it",
    async run(bed) {
      const from = await Connection.open(bed)
      const to = await Connection.open(bed)
      await withPipe(bed, async ({ readEnd, writeEnd }) => {
        const { kernel } = bed
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), -errno.EAGAIN)
        assert.equal(kernel.drainPipe(readEnd, to.a, 65_536), -errno.EAGAIN)
        assert.equal(from.send(5000), 5000)
        let filled = 0
        await bed.until("all bytes are in the pipe", () => {
          const n = kernel.fillPipe(writeEnd, from.b, 65_536)
          if (n > 0) filled += n
          else assert.equal(n, -errno.EAGAIN)
          return filled === 5000
        })
        assert.equal(kernel.drainPipe(readEnd, to.a, 2000), 2000)
        assert.equal(kernel.drainPipe(readEnd, to.a, 65_536), 3000)
        assert.equal(kernel.drainPipe(readEnd, to.a, 65_536), -errno.EAGAIN)
        to.sentBytes = 5000
        await to.untilReceived()
        assert.equal(kernel.shutdownWrite(from.a), 0)
        let n = -1
        await bed.until("the end arrives", () => (n = kernel.fillPipe(writeEnd, from.b, 1)) === 0)
        assert.equal(n, 0)
      })
    },
  },
  {
    name: "what is left in a pipe can be read",
    async run(bed) {
      const from = await Connection.open(bed)
      await withPipe(bed, async ({ readEnd, writeEnd }) => {
        const { kernel } = bed
        assert.equal(from.send(3000), 3000)
        await bed.settle()
        assert.equal(kernel.fillPipe(writeEnd, from.b, 1000), 1000)
        const memory = kernel.memoryOf(new ArrayBuffer(2000))
        assert.equal(kernel.readPipe(readEnd, memory, 10, 400), 400)
        assert.equal(kernel.readPipe(readEnd, memory, 410, 1590), 600)
        assert.equal(kernel.readPipe(readEnd, memory, 0, 2000), -errno.EAGAIN)
        from.receivedBytes = 1000
        await from.untilReceived()
      })
    },
  },
  {
    name: "a pipe that is full takes no more, and what is received stays where it is",
    async run(bed) {
      const from = await Connection.open(bed)
      await withPipe(bed, async ({ writeEnd, capacity }) => {
        const { kernel } = bed
        let filled = 0
        await bed.until("the pipe is full", () => {
          from.send(200_000)
          const n = kernel.fillPipe(writeEnd, from.b, 2 * capacity)
          if (n > 0) filled += n
          if (n >= 0) return false
          assert.equal(n, -errno.EAGAIN)
          return (looker(bed, from.b)() & ready.readable) !== 0
        })
        assert.ok(filled > 0)
        from.receivedBytes = filled
        await from.untilReceived()
      })
    },
  },
  {
    name: "a socket without room takes a part of a pipe, and then EAGAIN",
    async run(bed) {
      const from = await Connection.open(bed)
      const to = await Connection.open(bed, { sendBuffer: 20_000, receiveBuffer: 8192 })
      await withPipe(bed, async ({ readEnd, writeEnd, capacity }) => {
        const { kernel } = bed
        let moved = 0
        await bed.until("there is no room", () => {
          from.send(100_000)
          kernel.fillPipe(writeEnd, from.b, capacity)
          const n = kernel.drainPipe(readEnd, to.a, capacity)
          if (n > 0) moved += n
          return n === -errno.EAGAIN && kernel.fillPipe(writeEnd, from.b, 1) !== 0 && moved > 20_000
        })
        to.sentBytes = moved
        await to.untilReceived()
      })
    },
  },
  {
    name: "a reset is told by a pipe's call, on either side",
    async run(bed) {
      const from = await Connection.open(bed)
      const to = await Connection.open(bed)
      await withPipe(bed, async ({ readEnd, writeEnd }) => {
        const { kernel } = bed
        assert.equal(from.send(1000), 1000)
        await bed.settle()
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), 1000)
        assert.equal(kernel.disconnect(from.a), 0)
        assert.equal(kernel.disconnect(to.b), 0)
        await bed.settle()
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), -errno.ECONNRESET)
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), 0)
        const n = -kernel.drainPipe(readEnd, to.a, 65_536)
        assert.ok(n === errno.ECONNRESET || n === errno.EPIPE, `errno ${n}`)
        const memory = kernel.memoryOf(new ArrayBuffer(2000))
        assert.equal(kernel.readPipe(readEnd, memory, 0, 2000), 1000)
      })
    },
  },
  {
    name: "a socket whose calls may wait does not let a pipe wait",
    async run(bed) {
      const from = await Connection.open(bed)
      await withPipe(bed, async ({ writeEnd }) => {
        const { kernel } = bed
        assert.equal(kernel.startWaiting(from.b), 0)
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), -errno.EAGAIN)
        assert.equal(from.send(1000), 1000)
        await bed.settle()
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), 1000)
        assert.equal(kernel.fillPipe(writeEnd, from.b, 65_536), -errno.EAGAIN)
        assert.equal(kernel.stopWaiting(from.b), 0)
      })
    },
  },
]

export async function withPipe(bed: Testbed, body: (pipe: Pipe) => Promise<void>): Promise<void> {
  const pipe = bed.kernel.pipe(65_536)
  assert.ok(typeof pipe === "object" && pipe.capacity === 65_536)
  try {
    await body(pipe)
  } finally {
    for (const fd of [pipe.readEnd, pipe.writeEnd]) assert.equal(bed.kernel.close(fd), 0)
  }
}
