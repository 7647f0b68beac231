import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { createSlab, type SendSlab, type Socket } from "../../src/mod.ts"
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
async function fair(crowd: Crowd, feed: (socket: Socket) => Promise<never>): Promise<void> {
  const { budget } = defaultEngine()
  const { limit } = budget
  // Far less than all could pin, and less than those who read nothing may keep.
  budget.limit = 1024 * 1024
  try {
    for (const socket of [...crowd.silent, ...crowd.active]) feed(socket).catch(() => {})
    const accepted = () => crowd.active.map((socket) => socket.stats().acceptedBytes)
    let parts = accepted()
    while (parts.reduce((a, b) => a + b) < totalBytes) {
      await setTimeout(10)
      parts = accepted()
    }
    const least = Math.min(...parts)
    const equal = totalBytes / parts.length
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

const chunk = new Uint8Array(64 * 1024)
const totalBytes = 400_000_000
