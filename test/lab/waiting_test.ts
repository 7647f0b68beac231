import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import process from "node:process"
import { describe, test } from "node:test"
import { connect } from "../../src/mod.ts"
import { defaultEngine } from "../../src/socket/engine.ts"
import { Lab, labObstacle } from "../lab.ts"
import { patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

describe("while the receiver reads nothing", { skip }, () => {
  test("the sender sleeps, and goes on afterwards", { timeout: 60_000 }, async (context) => {
    using lab = new Lab()
    const spawn = (command: readonly string[]) => lab.spawn(lab.b, command)
    await using peer = await Peer.start(spawn, lab.b.ipv4, "paused")
    const { port } = peer
    const socket = await lab.a.namespace.inside(() => connect({ hostname: lab.b.ipv4, port }))
    const totalBytes = 64_000_000
    const sending = patternStream(totalBytes, 65_536).pipeTo(socket.writable)
    await untilStill(() => socket.stats().acceptedBytes)

    const { reactor } = defaultEngine()
    const wakes = reactor.wakes
    const cpu = process.cpuUsage()
    await setTimeout(5000)
    const { user, system } = process.cpuUsage(cpu)
    const milliseconds = (user + system) / 1000
    context.diagnostic?.(`${milliseconds} ms of CPU and ${reactor.wakes - wakes} wakes in 5 s`)
    // Processor time, not time that passes: other work on the machine does not count. A sender that
    // spins takes 5000 ms, one that looks every millisecond about 150.
    assert.ok(milliseconds < 50, `the sender used ${milliseconds} ms of CPU in 5 s`)
    // The kernel probes a closed window, and each answer may wake: a few in 5 s, growing rarer.
    assert.ok(reactor.wakes - wakes < 100, `${reactor.wakes - wakes} wakes in 5 s`)
    assert.ok(socket.stats().inFlightBytes + socket.stats().queuedBytes > 0)

    peer.resume()
    await sending
    await socket.close()
    assert.equal((await peer.received).sha256, patternHash(totalBytes))
    assert.equal(socket.stats().held, 0)
  })
})

/** Waits until a figure has not changed for half a second. */
async function untilStill(figure: () => number): Promise<void> {
  for (let before = -1; figure() !== before;) {
    before = figure()
    await setTimeout(500)
  }
}
