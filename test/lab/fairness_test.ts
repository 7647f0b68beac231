import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { createSlab, type SendSlab, type Socket, type SocketStats } from "../../src/mod.ts"
import { defaultEngine } from "../../src/socket/engine.ts"
import { labObstacle } from "../lab.ts"
import { Crowd } from "./crowd.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 120_000 }

describe("of many peers that read as fast as they can", options, () => {
  test("each gets its part, beside some that read nothing", options, async () => {
    await using crowd = await Crowd.open({ active: 300, silent: 30, zerocopy: "always" })
    await fair(crowd, write)
  })

  test("each gets its turn, and makes larger calls of it", options, async () => {
    await using crowd = await Crowd.open(turnsOf({ silent: 5 }))
    await fair(crowd, write, untilTurns)
    const sum = (of: (stats: SocketStats) => number) =>
      crowd.active.reduce((bytes, socket) => bytes + of(socket.stats()), 0)
    const callBytes = sum((stats) => stats.acceptedBytes) / sum((stats) => stats.zerocopySends)
    // A slot each is less than 64 KiB.
    assert.ok(callBytes >= 80 * 1024, `a call has ${callBytes} bytes`)
  })

  test("each gets its part where those who read nothing have pinned it all", options, async () => {
    await using crowd = await Crowd.open(turnsOf({ silent: 100 }))
    await fair(crowd, write, untilTurns)
  })

  test("each gets its part of what is copied", options, async () => {
    await using crowd = await Crowd.open({ active: 300, silent: 0, zerocopy: "never" })
    await fair(crowd, write)
  })

  test("each gets its part of the leases of one slab", options, async () => {
    using slab = createSlab({ slots: 100, detach: false })
    await using crowd = await Crowd.open({ active: 300, silent: 0, zerocopy: "always" })
    await fair(crowd, (socket) => lease(slab, socket))
  })
})

/** Feeds all, until those that read have been given so much, and looks at how it was shared out. */
async function fair(
  crowd: Crowd,
  feed: (socket: Socket) => Promise<never>,
  // Far less than all could pin, and less than those who read nothing may keep.
  { limitBytes = MiB, leastMillis = 0 } = {},
): Promise<void> {
  const { budget } = defaultEngine()
  const { limit } = budget
  budget.limit = limitBytes
  try {
    for (const socket of [...crowd.silent, ...crowd.active]) feed(socket).catch(() => {})
    const accepted = () => crowd.active.map((socket) => socket.stats().acceptedBytes)
    let parts = accepted()
    const total = () => parts.reduce((a, b) => a + b)
    const start = performance.now()
    while (total() < leastBytes || performance.now() - start < leastMillis) {
      await setTimeout(10)
      parts = accepted()
    }
    const least = Math.min(...parts)
    const equal = total() / parts.length
    assert.ok(least >= equal / 3, `the least is ${least} bytes, an equal part ${equal}`)
  } finally {
    budget.limit = limit
  }
}

async function write(socket: Socket): Promise<never> {
  const writer = socket.writable.getWriter()
  for (;;) await writer.write(chunk)
}

async function lease(slab: SendSlab, socket: Socket): Promise<never> {
  for (;;) {
    const lease = await slab.lease()
    try {
      await socket.send(lease).accepted
    } catch (failure) {
      if (lease.state === "writable") lease.giveBack()
      throw failure
    }
  }
}

/** A quantum of 16 MiB is 256 KiB; an equal part of it would be less than a slot. */
const turnsOf = ({ silent }: { silent: number }) =>
  ({ active: 250, silent, zerocopy: "always", bufferBytes: 512 * 1024 }) as const

/** Trials of two seconds: one without turns comes first. */
const untilTurns = { limitBytes: 16 * 1024 * 1024, leastMillis: 6000 }

const leastBytes = 400_000_000
const chunk = new Uint8Array(64 * 1024)
const MiB = 1024 * 1024
