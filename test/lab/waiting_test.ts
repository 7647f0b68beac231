import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import process from "node:process"
import { describe, test } from "node:test"
import { connect } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

describe("while the receiver reads nothing", { skip }, () => {
  test("the sender sleeps, and goes on afterwards", { timeout: 60_000 }, async () => {
    using lab = new Lab()
    const spawn = (command: readonly string[]) => lab.spawn(lab.b, command)
    await using peer = await Peer.start(spawn, lab.b.ipv4, "paused")
    const { port } = peer
    const socket = await lab.a.namespace.inside(() => connect({ hostname: lab.b.ipv4, port }))
    const totalBytes = 64_000_000
    const sending = patternStream(totalBytes, 65_536).pipeTo(socket.writable)
    await untilStill(() => socket.stats().acceptedBytes)

    await untilAsleep()
    assert.ok(socket.stats().inFlightBytes + socket.stats().queuedBytes > 0)

    peer.resume()
    await sending
    await socket.close()
    assert.equal((await peer.received).sha256, patternHash(totalBytes))
    assert.equal(socket.stats().held, 0)
  })
})

/**
 * Waits for a second without wakes, in which this process used less than 10 ms of CPU time. A sender that
 * spins never has one, and neither has a sender that polls every millisecond, which takes 30 ms. A
 * sleeping sender soon has one, whatever else the machine does. The kernel probes a closed window, and
 * each answer may cause a wake, more and more rarely.
 */
async function untilAsleep(): Promise<void> {
  const { reactor } = defaultStack()
  for (;;) {
    const { wakes } = reactor
    const cpu = process.cpuUsage()
    await setTimeout(1000)
    const { user, system } = process.cpuUsage(cpu)
    if (reactor.wakes === wakes && user + system < 10_000) return
  }
}

/** Waits until a figure has not changed for half a second. */
async function untilStill(figure: () => number): Promise<void> {
  for (let before = -1; figure() !== before;) {
    before = figure()
    await setTimeout(500)
  }
}
