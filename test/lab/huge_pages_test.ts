import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { hugePageBytes, type Memory } from "../../src/kernel/port.ts"
import { connect } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }

describe("memory in flight", options, () => {
  test("is not moved to a huge page, and can be when it is back", options, async () => {
    const kernel = linuxKernel()
    const mapping = kernel.map(1, 2 * hugePageBytes)
    assert.ok(typeof mapping !== "number")
    const [memory] = mapping.slots
    // As much as a socket takes at once, in the middle, where a whole huge page is.
    const bytes = new Uint8Array(memory.buffer, hugePageBytes - 32_768, 65_536)
    bytes.set(pattern(0, bytes.byteLength))

    using lab = new Lab()
    await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
    const target = {
      hostname: lab.b.ipv4,
      port: peer.port,
      ownership: "borrow",
      pinHeap: true,
    } as const
    const socket = await lab.a.namespace.inside(() => connect(target))
    lab.blackhole()
    const writer = socket.writable.getWriter()
    await writer.write(bytes)
    await setTimeout(100)
    assert.ok(socket.stats().inFlightBytes > 0, "nothing was in flight: the test proves nothing")
    assert.ok(await collapse(memory) < 0)
    lab.heal()
    await writer.close()
    await socket.close()
    assert.equal((await peer.received).sha256, patternHash(bytes.byteLength))
    assert.equal(await collapse(memory), 0)
    assert.deepEqual(bytes, pattern(0, bytes.byteLength))
    kernel.unmap(mapping)
  })
})

async function collapse(memory: Memory): Promise<number> {
  const courier = linuxKernel().courier()
  try {
    const { byteLength } = memory.buffer
    return await new Promise((resolve) => courier.collapse(memory, 0, byteLength, resolve))
  } finally {
    courier.close()
  }
}
