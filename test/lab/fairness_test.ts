import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { createSlab, type SendSlab, type Socket } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { labObstacle } from "../../lab/lab.ts"
import { Crowd } from "./crowd.ts"
import { Turns } from "./turns.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 120_000 }

/**
 * No peer is left out, however long that takes: how much the others get in the meantime depends on the
 * machine and TCP. `test/crowd_test.ts` tests fair shares where only Zerowire decides.
 */
describe("many peers that read as fast as they can", options, () => {
  test("each gets its part, beside some that read nothing", options, async () => {
    await using crowd = await Crowd.open({ active: 300, silent: 30, zerocopy: "always" })
    using _ = feed(crowd, write)
    await eachIsGiven(crowd)
  })

  test("each gets its turn, and makes a larger call of it", options, async () => {
    await using crowd = await Crowd.open(turnsOf({ silent: 5 }))
    using turns = new Turns(defaultStack())
    using _ = feed(crowd, write, turnsLimit)
    // Without turns each would get a slot. A turn is a quantum, minus what is still in flight.
    await until(() => turns.withCallsOver(3 * slotBytes) >= crowd.active.length)
  })

  test(
    "each get a share even if peers that read nothing have pinned everything",
    options,
    async () => {
      await using crowd = await Crowd.open(turnsOf({ silent: 100 }))
      using turns = new Turns(defaultStack())
      using _ = feed(crowd, write, turnsLimit)
      // Turns are tried, fail, and are given up, each time for a while.
      await until(() => turns.taken > 0)
      await eachIsGiven(crowd)
    },
  )

  test("each get a share of the copied bytes", options, async () => {
    await using crowd = await Crowd.open({ active: 300, silent: 0, zerocopy: "never" })
    using _ = feed(crowd, write)
    await eachIsGiven(crowd)
  })

  test("each gets its part of the leases of one slab", options, async () => {
    using slab = createSlab({ slots: 100, detach: false })
    await using crowd = await Crowd.open({ active: 300, silent: 0, zerocopy: "always" })
    using _ = feed(crowd, (socket) => lease(slab, socket))
    await eachIsGiven(crowd)
  })
})

/** Feeds all peers for ever, with this limit of pinned memory. */
function feed(
  crowd: Crowd,
  send: (socket: Socket) => Promise<never>,
  // Far less than all could pin, and less than the peers that read nothing may keep.
  limitBytes = MiB,
): Disposable {
  const { budget } = defaultStack()
  const { limit } = budget
  budget.limit = limitBytes
  for (const socket of [...crowd.silent, ...crowd.active]) send(socket).catch(() => {})
  return { [Symbol.dispose]: () => budget.limit = limit }
}

/** Resolves when each reading peer has received more than buffers hold: the others had to leave it some. */
async function eachIsGiven(crowd: Crowd): Promise<void> {
  const before = crowd.active.map((socket) => socket.stats().acceptedBytes)
  await until(() =>
    crowd.active.every((socket, i) => socket.stats().acceptedBytes - before[i] >= partBytes)
  )
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(10)
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

const MiB = 1024 * 1024
const turnsLimit = 16 * MiB
const slotBytes = 64 * 1024
const chunk = new Uint8Array(slotBytes)
/** Both buffers of a connection hold less. */
const partBytes = 1.5 * MiB
