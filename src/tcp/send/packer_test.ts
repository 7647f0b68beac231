import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { connectedFd } from "../../../test/simulated_fd.ts"
import { joined, pattern, sha256 } from "../../../test/plain_peer.ts"
import { finish } from "../../../test/simulated_sending.ts"
import { type Peer, simulate, type Simulation } from "../../testing.ts"
import type { MakeCarrier } from "../../pieces/carrier.ts"
import type { CopyReason } from "../../pieces/copy_reason.ts"
import { PlainCarrier } from "../../pieces/plain_carrier.ts"
import { carrierFor } from "../../stack/open_carrier.ts"
import type { Ownership } from "./ownership.ts"
import { Intake } from "./packer.ts"
import { Outgoing } from "./queue.ts"

test("who waits goes on when half of what may be queued was accepted, though a last chunk stands over", () => {
  const { intake, outgoing } = make()
  let mark = 0
  while (mark === 0) mark = intake.write(new Uint8Array(300_000))
  assert.ok(outgoing.queuedBytes > queueBytes)
  assert.equal(mark, outgoing.acceptedBytes + queueBytes / 2)
})

test("who waits behind a chunk that is larger than the queue goes on when the rest of it fits", () => {
  const { intake, outgoing } = make()
  const mark = intake.write(new Uint8Array(10 * queueBytes))
  assert.equal(mark, outgoing.writtenBytes - queueBytes)
})

test("writing an empty chunk never waits", () => {
  const { intake } = make()
  intake.write(new Uint8Array(10 * queueBytes))
  assert.equal(intake.write(new Uint8Array(0)), 0)
})

test("borrowed chunks that follow each other in one buffer are one piece, up to a mebibyte", () => {
  const { intake, outgoing, peer, simulation } = make("borrow")
  const all = pattern(4 * mebibyte)
  const before = outgoing.writtenPieces
  for (let at = 0; at < all.byteLength; at += 4096) intake.write(all.subarray(at, at + 4096))
  assert.equal(outgoing.writtenPieces - before, 4)
  assert.equal(outgoing.writtenBytes, all.byteLength)
  finish(simulation, outgoing)
  assert.equal(sha256(peer.connection.received), sha256(all))
})

for (
  const { what, chunks } of [
    { what: "are not in the order of their memory", chunks: [[4096, 8192], [0, 4096]] },
    { what: "leave a gap between them", chunks: [[0, 4096], [4097, 8192]] },
    { what: "overlap", chunks: [[0, 4096], [4095, 8192]] },
  ]
) {
  test(`borrowed chunks that ${what} are pieces of their own`, () => {
    const { intake, outgoing, peer, simulation } = make("borrow")
    const all = pattern(8192)
    for (const [from, to] of chunks) intake.write(all.subarray(from, to))
    assert.equal(outgoing.writtenPieces, 2)
    finish(simulation, outgoing)
    const sent = joined(chunks.map(([from, to]) => all.slice(from, to)))
    assert.equal(sha256(peer.connection.received), sha256(sent))
  })
}

test("borrowed chunks at fitting places of two buffers are pieces of their own", () => {
  const { intake, outgoing, peer, simulation } = make("borrow")
  const buffers = [pattern(8192, 1), pattern(8192, 2)]
  intake.write(buffers[0].subarray(0, 4096))
  intake.write(buffers[1].subarray(4096))
  assert.equal(outgoing.writtenPieces, 2)
  finish(simulation, outgoing)
  const sent = joined([buffers[0].slice(0, 4096), buffers[1].slice(4096)])
  assert.equal(sha256(peer.connection.received), sha256(sent))
})

test("what was sent whole takes no more in: its memory may be released", () => {
  const { intake, outgoing, peer, simulation } = make("borrow")
  const all = pattern(8192)
  intake.write(all.subarray(0, 4096))
  outgoing.pump()
  assert.equal(outgoing.acceptedBytes, 4096)
  intake.write(all.subarray(4096))
  assert.equal(outgoing.writtenPieces, 2)
  finish(simulation, outgoing)
  assert.equal(sha256(peer.connection.received), sha256(all))
})

test("a chunk that joins a piece while a courier sends it goes out behind it", () => {
  const { intake, outgoing, peer, simulation } = make("borrow")
  const all = pattern(10 * mebibyte)
  const last = all.byteLength - mebibyte / 2
  for (let at = 0; at < last; at += mebibyte / 2) intake.write(all.subarray(at, at + mebibyte / 2))
  assert.ok(outgoing.away)
  const { writtenPieces } = outgoing
  intake.write(all.subarray(last))
  assert.equal(outgoing.writtenPieces, writtenPieces)
  finish(simulation, outgoing)
  assert.equal(sha256(peer.connection.received), sha256(all))
})

test("more may be queued of borrowed parts of a buffer, and not of what is memory of its own", () => {
  const { intake, outgoing } = make("borrow")
  const asked: boolean[] = []
  outgoing.queueLimit = (usual, lasting) => {
    asked.push(lasting)
    return usual
  }
  const all = pattern(2 * mebibyte)
  intake.write(all.subarray(0, mebibyte))
  intake.write(new Uint8Array(mebibyte))
  intake.write(all.subarray(mebibyte))
  intake.write(all.slice(0, mebibyte), "auto")
  assert.deepEqual(asked, [true, false, true, false])
})

test("what no slot is left for of a small chunk is copied, of a Buffer too: it is the producer's again", () => {
  for (const type of [Uint8Array, Buffer]) {
    const { intake, outgoing, peer, simulation } = make("auto", true, undefined, 50_000)
    const { slab } = simulation.engine
    const slots = [slab.leaseNow()]
    slab.leaseNow = () => slots.pop()
    // The socket has no room behind this.
    intake.write(pattern(300_000))
    const chunks = [type.from(pattern(40_000, 2)), type.from(pattern(40_000, 3))]
    for (const chunk of chunks) {
      assert.equal(intake.write(chunk), 0)
      chunk.fill(0)
    }
    assert.equal(slots.length, 0)
    finish(simulation, outgoing)
    const sent = joined([pattern(300_000), pattern(40_000, 2), pattern(40_000, 3)])
    assert.equal(sha256(peer.connection.received), sha256(sent), type.name)
  }
})

const moves = [
  ["is moved to huge pages before it goes out again", true, true, undefined],
  ["is not moved where that is not wanted", false, false, undefined],
  ["is not moved where it is copied", false, true, "local"],
] as const

for (const [what, isMoved, hugePages, copyOnly] of moves) {
  test(`borrowed memory ${what}`, () => {
    const { intake, simulation } = make("borrow", hugePages, copyOnly)
    const row = new ArrayBuffer(4 * mebibyte)
    const moved: unknown[] = []
    simulation.engine.hugePages.move = ({ buffer }, offset, length) => {
      moved.push([buffer === row, offset, length])
      return true
    }
    const chunkBytes = mebibyte / 4
    const writeAll = () => {
      for (let from = 0; from < row.byteLength; from += chunkBytes) {
        intake.write(new Uint8Array(row, from, chunkBytes))
      }
    }
    writeAll()
    writeAll()
    assert.deepEqual(moved, [])
    writeAll()
    assert.deepEqual(moved, isMoved ? [[true, 0, row.byteLength]] : [])
  })
}

const mebibyte = 1024 * 1024
const queueBytes = 1_000_000

interface Scene {
  readonly intake: Intake
  readonly outgoing: Outgoing
  readonly peer: Peer
  readonly simulation: Simulation
}

/** A connection on which nothing moves, for its time stands still. */
function make(
  ownership: Ownership = "auto",
  hugePages = true,
  copyOnly?: CopyReason,
  gatherBytes = 1,
): Scene {
  const limits = { sendBuffer: 100_000, ipcLock: true, optmem: 1e9 }
  const simulation = simulate({ limits, link: { latency: 0.1 } })
  const { engine } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const carrier: MakeCarrier = copyOnly === undefined
    ? carrierFor(engine, fd, { mode: "always", thresholdBytes: 1, local: false })
    : (holds, counters, host) => new PlainCarrier(engine, fd, holds, counters, host, copyOnly)
  const outgoing = new Outgoing(engine, carrier, {
    interestChanged() {},
    sendFailed(number) {
      throw new Error(`The send failed with errno ${number}`)
    },
    sendBroken(cause) {
      throw cause
    },
  })
  const options = { ownership, gatherBytes, queueBytes, hugePages }
  const intake = new Intake(engine, outgoing, options)
  return { intake, outgoing, peer, simulation }
}
