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
import { Packer } from "./packer.ts"
import { SendQueue } from "./queue.ts"

test("a waiting writer goes on when half of the queue limit is accepted, even if the last chunk exceeds it", () => {
  const { packer, queue } = make("borrow")
  let mark = 0
  while (mark === 0) mark = packer.write(new Uint8Array(300_000))
  assert.ok(queue.queuedBytes > queueBytes)
  assert.equal(mark, queue.acceptedBytes + queueBytes / 2)
})

test("a writer behind a chunk that is larger than the queue goes on when the rest of it fits", () => {
  const { packer, queue } = make()
  const mark = packer.write(new Uint8Array(10 * queueBytes))
  assert.equal(mark, queue.writtenBytes - queueBytes)
})

test("writing an empty chunk never waits", () => {
  const { packer } = make()
  packer.write(new Uint8Array(10 * queueBytes))
  assert.equal(packer.write(new Uint8Array(0)), 0)
})

test("each character of a text goes out as one byte, however long the text", () => {
  const { packer, queue, peer, simulation } = make("copy", true, undefined, 16 * 1024)
  const latin1 = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
  const ascii = "x".repeat(15_000)
  const texts = ["", "head", latin1, ...new Array(9).fill(ascii), latin1, ascii.repeat(5), "tail"]
  for (const text of texts) packer.writeLatin1(text)
  packer.flush()
  finish(simulation, queue)
  assert.equal(Buffer.from(peer.connection.received).toString("latin1"), texts.join(""))
})

test("borrowed chunks that follow each other in one buffer are one piece, up to a mebibyte", () => {
  const { packer, queue, peer, simulation } = make("borrow")
  const all = pattern(4 * mebibyte)
  const before = queue.writtenPieces
  for (let at = 0; at < all.byteLength; at += 4096) packer.write(all.subarray(at, at + 4096))
  assert.equal(queue.writtenPieces - before, 4)
  assert.equal(queue.writtenBytes, all.byteLength)
  finish(simulation, queue)
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
    const { packer, queue, peer, simulation } = make("borrow")
    const all = pattern(8192)
    for (const [from, to] of chunks) packer.write(all.subarray(from, to))
    assert.equal(queue.writtenPieces, 2)
    finish(simulation, queue)
    const sent = joined(chunks.map(([from, to]) => all.slice(from, to)))
    assert.equal(sha256(peer.connection.received), sha256(sent))
  })
}

test("borrowed chunks at adjoining offsets of two buffers are separate pieces", () => {
  const { packer, queue, peer, simulation } = make("borrow")
  const buffers = [pattern(8192, 1), pattern(8192, 2)]
  packer.write(buffers[0].subarray(0, 4096))
  packer.write(buffers[1].subarray(4096))
  assert.equal(queue.writtenPieces, 2)
  finish(simulation, queue)
  const sent = joined([buffers[0].slice(0, 4096), buffers[1].slice(4096)])
  assert.equal(sha256(peer.connection.received), sha256(sent))
})

test("what was sent whole takes no more in: its memory may be released", () => {
  const { packer, queue, peer, simulation } = make("borrow")
  const all = pattern(8192)
  packer.write(all.subarray(0, 4096))
  queue.pump()
  assert.equal(queue.acceptedBytes, 4096)
  packer.write(all.subarray(4096))
  assert.equal(queue.writtenPieces, 2)
  finish(simulation, queue)
  assert.equal(sha256(peer.connection.received), sha256(all))
})

test("a chunk that joins a piece while a courier sends it is sent after it", () => {
  const { packer, queue, peer, simulation } = make("borrow")
  const all = pattern(10 * mebibyte)
  const last = all.byteLength - mebibyte / 2
  for (let at = 0; at < last; at += mebibyte / 2) packer.write(all.subarray(at, at + mebibyte / 2))
  assert.ok(queue.away)
  const { writtenPieces } = queue
  packer.write(all.subarray(last))
  assert.equal(queue.writtenPieces, writtenPieces)
  finish(simulation, queue)
  assert.equal(sha256(peer.connection.received), sha256(all))
})

test("more may be queued if chunks are borrowed parts of a buffer, but not if they have memory of their own", () => {
  const { packer, queue } = make("borrow")
  const asked: boolean[] = []
  queue.carrier.queueLimit = (usual, lasting) => {
    asked.push(lasting)
    return usual
  }
  const all = pattern(2 * mebibyte)
  packer.write(all.subarray(0, mebibyte))
  packer.write(new Uint8Array(mebibyte))
  packer.write(all.subarray(mebibyte))
  packer.write(all.slice(0, mebibyte), "auto")
  assert.deepEqual(asked, [true, false, true, false])
})

test("what no slot is left for of a small chunk is copied, of a Buffer too: it is the producer's again", () => {
  for (const type of [Uint8Array, Buffer]) {
    const { packer, queue, peer, simulation } = make("auto", true, undefined, 50_000)
    const { slab } = simulation.stack
    const slots = [slab.leaseNow()]
    slab.leaseNow = () => slots.pop()
    // The socket has no room behind this.
    packer.write(pattern(300_000), "borrow")
    const chunks = [type.from(pattern(40_000, 2)), type.from(pattern(40_000, 3))]
    for (const chunk of chunks) {
      assert.equal(packer.write(chunk), 0)
      chunk.fill(0)
    }
    assert.equal(slots.length, 0)
    finish(simulation, queue)
    const sent = joined([pattern(300_000), pattern(40_000, 2), pattern(40_000, 3)])
    assert.equal(sha256(peer.connection.received), sha256(sent), type.name)
  }
})

test("bytes that go into the kernel at once make the room that a write waits for", async () => {
  const { packer, queue, peer, simulation } = make("auto", true, "local", 20_000, 30_000)
  const first = pattern(300_000)
  packer.take(first, false)
  packer.flush()
  queue.pump()
  assert.ok(queue.blocked)
  // More than half of what the queue may hold waits for the end of the turn.
  const second = pattern(18_000, 1)
  packer.take(second, false)
  let told = false
  queue.whenAccepted(packer.roomAt, () => told = true)
  finish(simulation, queue)
  simulation.advance(1000)
  assert.ok(queue.clear && packer.gatheredBytes > 0)
  packer.flush()
  assert.equal(queue.queuedBytes, 0)
  await new Promise<void>((resolve) => simulation.stack.reactor.turnEnd.run(resolve))
  assert.ok(told)
  simulation.advance(1000)
  assert.equal(sha256(peer.connection.received), sha256(joined([first, second])))
})

const moves = [
  ["is moved to huge pages before it goes out again", true, true, undefined],
  ["is not moved where that is not wanted", false, false, undefined],
  ["is not moved where it is copied", false, true, "local"],
] as const

for (const [what, isMoved, hugePages, copyOnly] of moves) {
  test(`borrowed memory ${what}`, () => {
    const { packer, simulation } = make("borrow", hugePages, copyOnly)
    const row = new ArrayBuffer(4 * mebibyte)
    const moved: unknown[] = []
    simulation.stack.hugePages.move = ({ buffer }, offset, length) => {
      moved.push([buffer === row, offset, length])
      return true
    }
    const chunkBytes = mebibyte / 4
    const writeAll = () => {
      for (let from = 0; from < row.byteLength; from += chunkBytes) {
        packer.write(new Uint8Array(row, from, chunkBytes))
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
  readonly packer: Packer
  readonly queue: SendQueue
  readonly peer: Peer
  readonly simulation: Simulation
}

/** A connection on which nothing moves, because its time stands still. */
function make(
  ownership: Ownership = "auto",
  hugePages = true,
  copyOnly?: CopyReason,
  gatherBytes = 1,
  mostBytes = queueBytes,
): Scene {
  const limits = { sendBuffer: 100_000, ipcLock: true, optmem: 1e9 }
  const simulation = simulate({ limits, link: { latency: 0.1 } })
  const { stack } = simulation
  const peer = simulation.peer()
  const fd = connectedFd(simulation, peer)
  const carrier: MakeCarrier = copyOnly === undefined
    ? carrierFor(stack, fd, { mode: "always", thresholdBytes: 1, local: () => false })
    : (holds, counters, host) => new PlainCarrier(stack, fd, holds, counters, host, copyOnly)
  const queue = new SendQueue(stack, carrier, {
    interestChanged() {},
    sendFailed(number) {
      throw new Error(`The send failed with errno ${number}`)
    },
    sendBroken(cause) {
      throw cause
    },
  })
  const options = { ownership, queueBytes: mostBytes, hugePages }
  const packer = new Packer(stack, queue, options, gatherBytes)
  return { packer, queue, peer, simulation }
}
