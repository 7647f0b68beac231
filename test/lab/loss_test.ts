import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { connect, type Socket } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

/**
 * When a lost segment is sent again, the kernel reads our memory a second time: memory that was reused
 * too early arrives altered. Slots are reused at once, so they show it best.
 */
describe("when one packet in a hundred is lost", { skip }, () => {
  const totalBytes = 96_000_000
  const chunks = {
    "slots that are recycled": { chunkBytes: 60_000, spareBytes: 1 },
    "buffers that are transferred": { chunkBytes: 256 * 1024, spareBytes: 0 },
  }
  for (const [name, { chunkBytes, spareBytes }] of Object.entries(chunks)) {
    test(`what went out in ${name} arrives unaltered`, async () => {
      using lab = new Lab()
      lab.drop(10)
      await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
      const { port } = peer
      const socket = await lab.a.namespace.inside(() =>
        connect({ hostname: lab.b.ipv4, port, pinHeap: true })
      )
      const writer = socket.writable.getWriter()
      for (let at = 0; at < totalBytes; at += chunkBytes) {
        const length = Math.min(chunkBytes, totalBytes - at)
        // A chunk with something else in its buffer is copied into a slot.
        const chunk = new Uint8Array(length + spareBytes)
        chunk.set(pattern(at, length))
        await writer.ready
        await writer.write(chunk.subarray(0, length))
      }
      await writer.close()
      await socket.close()

      await arrived(lab, peer, socket)
    })
  }

  test("adjacent borrowed chunks arrive unaltered, although their memory is reused after their release", async () => {
    using lab = new Lab()
    lab.drop(10)
    await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
    const options = {
      hostname: lab.b.ipv4,
      port: peer.port,
      ownership: "borrow",
      pinHeap: true,
    } as const
    const socket = await lab.a.namespace.inside(() => connect(options))
    const writer = socket.writable.getWriter()
    // Chunks that neither begin nor end with a page, and pieces that neither begin nor end with a chunk.
    const row = new Uint8Array(12_000_000)
    const chunkBytes = 50_000
    for (let at = 0; at < totalBytes; at += row.byteLength) {
      row.set(pattern(at, row.byteLength))
      for (let from = 0; from < row.byteLength; from += chunkBytes) {
        await writer.write(row.subarray(from, from + chunkBytes))
      }
      while (socket.stats().held > 0) await setTimeout(1)
      row.fill(0)
    }
    await writer.close()
    const { released } = await socket.close()
    // Otherwise each chunk would have been a piece.
    assert.ok(released < totalBytes / chunkBytes / 5, `there were ${released} pieces`)
    await arrived(lab, peer, socket)
  })

  async function arrived(lab: Lab, peer: Peer, socket: Socket): Promise<void> {
    const { bytes, sha256 } = await peer.received
    assert.equal(bytes, totalBytes)
    assert.equal(sha256, patternHash(totalBytes))
    const { held, zerocopy: { kernelCopiedIds, sends: zerocopySends } } = socket.stats()
    assert.equal(kernelCopiedIds, 0)
    assert.equal(held, 0)
    assert.ok(zerocopySends > 0)
    assert.ok(retransmissions(lab) > 0, "no packet was sent twice: the test proves nothing")
  }
})

/** Segments that A sent again, by its own count (/proc/net/snmp, RetransSegs). */
function retransmissions(lab: Lab): number {
  const [names, values] = lab.a.namespace.run("grep", "^Tcp:", "/proc/thread-self/net/snmp")
    .trim().split("\n").map((line) => line.split(" "))
  return Number(values[names.indexOf("RetransSegs")])
}
