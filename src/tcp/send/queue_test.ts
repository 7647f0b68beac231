import assert from "node:assert/strict"
import { test } from "node:test"
import { errno } from "../../kernel/port.ts"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { type FileBytes, nothingToRelease, PlainCarrier } from "../../pieces/mod.ts"
import { simulate } from "../../testing.ts"
import { SendQueue } from "./queue.ts"

for (const zerocopy of ["always", "never"] as const) {
  test(`what found no room goes out when there is some, though nobody waits for it (zerocopy: "${zerocopy}")`, async () => {
    const simulation = simulate({ limits: { ipcLock: true } })
    const peer = simulation.peer({ receiving: false })
    await simulation.run(async () => {
      const { hostname, port } = peer
      const socket = await simulation.connect({
        ...{ hostname, port, zerocopy, highWaterMark: 4e6 },
        ownership: "transfer",
      })
      const writer = socket.writable.getWriter()
      for (let i = 0; i < 4; i++) await writer.write(new Uint8Array(500_000))
      await simulation.sleep(1000)
      assert.ok(socket.stats().queuedBytes > 1_000_000)
      peer.connection.resume()
      await simulation.sleep(60_000)
      assert.equal(socket.stats().queuedBytes, 0)
      assert.equal(peer.connection.receivedBytes, 2_000_000)
      await socket.close()
    })
  })
}

test("a file may be left out from within the call that is to send it, and the queue goes on", () => {
  const simulation = simulate({})
  const { stack, kernel } = simulation
  const fd = connectedFd(simulation, simulation.peer())
  let released = 0
  const file = {
    ...nothingToRelease,
    ...{ fd: -1, pipe: { busy: false }, endsEarly: true, release: () => void released++ },
  } as unknown as FileBytes
  let leaveOut: (() => void) | undefined = () => queue.leaveOut(file)
  const answers = [400, -errno.EAGAIN]
  kernel.drainPipe = () => answers.shift() ?? assert.fail("it was left out")
  const queue = new SendQueue(stack, (holds, counters, host) => {
    const carrier = new PlainCarrier(stack, fd, holds, counters, host, "disabled")
    const { send } = carrier
    // As if memory that came back first had woken somebody who stops the file.
    carrier.send = (first) => {
      leaveOut?.()
      leaveOut = undefined
      return send.call(carrier, first)
    }
    return carrier
  }, {
    interestChanged() {},
    sendFailed: (number) => assert.fail(`errno ${number}`),
    sendBroken(cause) {
      throw cause
    },
  })
  queue.push(stack.pieces.takeFile(file, 0, 1000))
  queue.pump()
  assert.deepEqual([queue.acceptedBytes, queue.queuedBytes, released], [400, 0, 1])
  const memory = kernel.memoryOf(new ArrayBuffer(10))
  queue.push(stack.pieces.take(memory, 0, 10, undefined, nothingToRelease))
  queue.pump()
  assert.equal(queue.acceptedBytes, 410)
})

test("a socket that waits for its share of the budget queues half as much", async () => {
  const queued = async (limit: number): Promise<number> => {
    const simulation = simulate({ limits: { ipcLock: true } })
    simulation.stack.budget.limit = limit
    const { hostname, port } = simulation.peer({ receiving: false })
    return await simulation.run(async () => {
      const fill = async () => {
        const socket = await simulation.connect({
          ...{ hostname, port, zerocopy: "always" },
          ownership: "transfer",
        })
        const writer = socket.writable.getWriter()
        const writing = (async () => {
          for (;;) await writer.write(new Uint8Array(64 * 1024))
        })()
        return { socket, writing }
      }
      // There are four couriers, and a socket that has one queues more.
      const filled = [await fill(), await fill(), await fill(), await fill(), await fill()]
      await simulation.sleep(1000)
      const { queuedBytes } = filled[4].socket.stats()
      for (const { socket, writing } of filled) {
        await Promise.all([socket.abort(), assert.rejects(writing)])
      }
      return queuedBytes
    })
  }
  const MiB = 1024 * 1024
  const without = await queued(64 * MiB)
  assert.ok(without > 1.5 * MiB && without <= 2 * MiB, `${without} bytes`)
  const waiting = await queued(128 * 1024)
  assert.ok(waiting > 0.5 * MiB && waiting <= MiB, `${waiting} bytes`)
})
