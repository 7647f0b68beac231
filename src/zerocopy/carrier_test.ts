import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../test/simulated_fd.ts"
import { errno } from "../kernel/port.ts"
import type { CopyReason } from "../pieces/copy_reason.ts"
import { SendCounters } from "../pieces/counters.ts"
import { Holds } from "../pieces/holds.ts"
import type { Piece } from "../pieces/piece.ts"
import { nothingToRelease } from "../pieces/released.ts"
import { ZerocopyCarrier } from "./carrier.ts"
import { Chooser, type ChooserOptions } from "./chooser.ts"
import { type Peer, simulate, type Simulation, type SimulationOptions } from "../testing.ts"
import { silentHost } from "../../test/silent_host.ts"

test("pieces that are sent in the same way share one call, which gets one id", () => {
  const { carrier, hold } = make()
  for (let i = 0; i < 3; i++) hold(20_000)
  assert.equal(carrier.send(0), 60_000)
  assert.equal(carrier.inFlight.calls, 1)
})

test("a piece that may only be copied never goes in one call with a pinned one", () => {
  const { carrier, counters, hold } = make()
  hold(20_000)
  hold(30_000, "unowned")
  hold(40_000)
  assert.deepEqual([0, 1, 2].map((first) => carrier.send(first)), [20_000, 30_000, 40_000])
  assert.equal(counters.pinnedBytes, 60_000)
  assert.equal(counters.unowned, 30_000)
  assert.equal(carrier.inFlight.calls, 2)
})

test("pages that reach the threshold together are sent zero-copy, in one call", () => {
  const { carrier, counters, hold } = make({}, { thresholdBytes: 16_384 })
  for (let i = 0; i < 4; i++) hold(4096)
  assert.equal(carrier.send(0), 16_384)
  assert.equal(counters.pinnedBytes, 16_384)
  assert.equal(carrier.inFlight.calls, 1)
})

test("pages that stay below the threshold together are copied", () => {
  const { carrier, counters, hold } = make({}, { thresholdBytes: 16_384 })
  for (let i = 0; i < 3; i++) hold(4096)
  assert.equal(carrier.send(0), 3 * 4096)
  assert.equal(counters.pinnedBytes, 0)
  assert.equal(counters.small, 3 * 4096)
})

test("pages that must be copied do not count for those before them", () => {
  const { carrier, counters, hold } = make({}, { thresholdBytes: 16_384 })
  for (let i = 0; i < 3; i++) hold(4096)
  hold(4096, "unowned")
  assert.equal(carrier.send(0), 3 * 4096)
  assert.equal(counters.small, 3 * 4096)
})

test("less than a page is never pinned below a threshold of pages, whatever surrounds it", () => {
  const { carrier, counters, hold } = make({}, { thresholdBytes: 16_384 })
  for (let i = 0; i < 10; i++) hold(4095)
  assert.equal(carrier.send(0), 40_950)
  assert.equal(counters.small, 40_950)
  hold(20_000)
  hold(100)
  hold(20_000)
  assert.deepEqual([10, 11, 12].map((first) => carrier.send(first)), [20_000, 100, 20_000])
  assert.equal(counters.pinnedBytes, 40_000)
  assert.equal(counters.small, 41_050)
})

test("a call that takes a part of a piece leaves the rest to calls with ids of their own", () => {
  const { carrier, holds, hold, simulation, peer, releases } = make({
    limits: { sendBuffer: 64 * 1024 },
  })
  const bytes = pattern(200_000)
  hold(bytes)
  let ids = 0
  for (let left = bytes.byteLength; left > 0;) {
    const n = carrier.send(0)
    if (n > 0) {
      left -= n
      ids++
    } else {
      assert.equal(n, -errno.EAGAIN)
      simulation.advance(5)
    }
    assert.equal(holds.owner(0).remaining, left)
    assert.equal(carrier.ids.issued, ids)
  }
  holds.seal(0)
  assert.ok(ids > 1)
  assert.equal(releases(), 0)
  simulation.advance(1000)
  carrier.reap()
  assert.equal(releases(), 1)
  assert.equal(carrier.ids.notified, ids)
  assert.deepEqual(peer.connection.received, bytes)
})

test("SO_ZEROCOPY is set before the first send in place, and not for copies", () => {
  const { carrier, fd, hold, simulation } = make({}, { thresholdBytes: 16_384 })
  const isSet = () => simulation.kernel.getOption(fd, "SO_ZEROCOPY")
  hold(1000)
  carrier.send(0)
  assert.equal(isSet(), 0)
  hold(20_000)
  carrier.send(1)
  assert.equal(isSet(), 1)
  simulation.advance(1000)
  carrier.reap()
  assert.equal(carrier.inFlight.calls, 0)
})

for (const mode of ["auto", "always"] as const) {
  test(`a kernel that refuses SO_ZEROCOPY gets everything by copy (mode: "${mode}")`, () => {
    const { carrier, counters, hold, peer, simulation } = make(
      { limits: { zerocopy: false } },
      { mode },
    )
    const bytes = pattern(100_000)
    for (const from of [0, 40_000]) {
      hold(bytes.slice(from, from + 20_000))
      hold(bytes.slice(from + 20_000, from + 40_000), "unowned")
    }
    hold(bytes.slice(80_000))
    assert.equal(carrier.copies, undefined)
    for (let first = 0; first < 5; first++) assert.equal(carrier.send(first), 20_000)
    assert.equal(carrier.copies, "unsupported")
    assert.equal(counters.unsupported, 60_000)
    assert.equal(counters.unowned, 40_000)
    assert.equal(counters.zerocopySends, 0)
    assert.deepEqual([carrier.inFlight.bytes, carrier.inFlight.calls], [0, 0])
    simulation.advance(1000)
    assert.deepEqual(peer.connection.received, bytes)
  })
}

test("a socket without SO_ZEROCOPY never probes for it", () => {
  const { carrier, chooser, counters, hold } = make({ limits: { zerocopy: false } }, {
    mode: "auto",
  })
  for (let i = 0; i < 3; i++) {
    hold(20_000)
    assert.equal(carrier.send(i), 20_000)
    chooser.copied(2 ** 40)
  }
  assert.equal(counters.unsupported, 60_000)
})

test("ENOBUFS with nothing in flight sends the same bytes by copy, at once", () => {
  // Nothing predicts that there is no room for a single notification.
  const { carrier, counters, hold } = make({ limits: { optmem: 100 } })
  hold(100_000)
  assert.equal(carrier.send(0), 100_000)
  assert.equal(counters.nobufs, 100_000)
  assert.equal(counters.zerocopySends, 0)
  assert.equal(carrier.inFlight.calls, 0)
})

test("after ENOBUFS completions are read first, and what they free is used", () => {
  // Room for one call's notification, which is used until it is read.
  const { carrier, counters, hold, simulation } = make({ limits: { optmem: 1000 } })
  for (let i = 0; i < 3; i++) {
    hold(50_000)
    assert.equal(carrier.send(i), 50_000)
    simulation.advance(1000)
  }
  assert.equal(counters.zerocopySends, 3)
  assert.equal(counters.nobufs, 0)
})

test("a call that a signal interrupts is made again", () => {
  const { carrier, hold } = make({ faults: { interrupt: 0.9 } })
  for (let i = 0; i < 10; i++) {
    hold(1000)
    assert.equal(carrier.send(i), 1000)
  }
})

test("no room is EAGAIN: nothing moves, and no id is taken", () => {
  const { carrier, counters, holds, hold } = make({ limits: { sendBuffer: 10_000 } })
  hold(10_000)
  hold(10_000)
  assert.equal(carrier.send(0), 10_000)
  assert.equal(carrier.send(1), -errno.EAGAIN)
  assert.equal(holds.owner(1).remaining, 10_000)
  assert.equal(carrier.inFlight.calls, 1)
  assert.equal(counters.refusals, 1)
})

test("a probe goes alone, and what is behind it by copy until the verdict is there", () => {
  const { carrier, chooser, counters, hold, simulation } = make({}, {
    mode: "auto",
    local: () => true,
  })
  for (let i = 0; i < 4; i++) hold(20_000)
  chooser.copied(64 * 1024 * 1024)
  assert.equal(carrier.send(0), 20_000)
  assert.equal(counters.zerocopySends, 1)
  assert.equal(carrier.send(1), 60_000)
  assert.equal(counters.probing, 60_000)
  simulation.advance(1000)
  carrier.reap()
  hold(20_000)
  assert.equal(carrier.send(4), 20_000)
  assert.equal(counters.zerocopySends, 2)
})

test("every record is read, however many there are, and what is foreign among them is counted", () => {
  const { carrier, counters, holds, hold, simulation, releases } = make({
    faults: { foreignRecord: 1 },
  })
  // Records with a foreign one in between do not merge; one read returns eight.
  for (let i = 0; i < 20; i++) {
    hold(1000)
    carrier.send(i)
    holds.seal(i)
    simulation.advance(100)
  }
  assert.equal(carrier.reap(), 40)
  assert.equal(counters.foreignRecords, 20)
  assert.equal(releases(), 20)
  assert.equal(carrier.reap(), 0)
})

interface Scene {
  readonly simulation: Simulation
  readonly peer: Peer
  readonly fd: number
  readonly holds: Holds<Piece>
  readonly chooser: Chooser
  readonly counters: SendCounters
  readonly carrier: ZerocopyCarrier
  /** Queues a piece of so many bytes, or of these. */
  hold(bytes: number | Uint8Array<ArrayBuffer>, copyOnly?: CopyReason): void
  /** How many pieces were released. */
  releases(): number
}

/** A carrier over a simulated connection; everything goes zero-copy unless `choosing` says otherwise. */
function make(options: SimulationOptions = {}, choosing: Partial<ChooserOptions> = {}): Scene {
  const simulation = simulate({
    ...options,
    limits: { sendBuffer: 1_000_000, ...options.limits },
  })
  const { stack, kernel } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)

  let released = 0
  const holds = new Holds<Piece>((piece) => stack.pieces.release(piece))
  const counters = new SendCounters()
  const chooser = new Chooser({
    mode: "always",
    thresholdBytes: 1,
    local: () => false,
    ...choosing,
  })
  return {
    simulation,
    peer,
    fd,
    holds,
    chooser,
    counters,
    carrier: new ZerocopyCarrier(stack, fd, holds, chooser, counters, silentHost),
    hold(bytes, copyOnly) {
      const { buffer, byteLength } = typeof bytes === "number" ? new Uint8Array(bytes) : bytes
      const owner = { ...nothingToRelease, release: () => void released++ }
      const memory = kernel.memoryOf(buffer)
      holds.open(stack.pieces.take(memory, 0, byteLength, copyOnly, owner))
    },
    releases: () => released,
  }
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13) & 255)
}
