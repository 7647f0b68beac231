import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { connect } from "../../src/mod.ts"
import { Lab, labObstacle } from "../lab.ts"
import { pattern, patternHash } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

/**
 * A segment that is lost is sent again, and the kernel reads our memory a second time for it: what was
 * reused too early arrives altered. Slots are reused at once, so they show it best.
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
      const socket = await lab.a.namespace.inside(() => connect({ hostname: lab.b.ipv4, port }))
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

      const { bytes, sha256 } = await peer.received
      assert.equal(bytes, totalBytes)
      assert.equal(sha256, patternHash(totalBytes))
      assert.equal(socket.stats().kernelCopiedIds, 0)
      assert.equal(socket.stats().held, 0)
      assert.ok(retransmissions(lab) > 0, "no packet was sent twice: the test proves nothing")
    })
  }
})

/** Segments that A sent again, by its own count (/proc/net/snmp, RetransSegs). */
function retransmissions(lab: Lab): number {
  const [names, values] = lab.a.namespace.run("grep", "^Tcp:", "/proc/thread-self/net/snmp")
    .trim().split("\n").map((line) => line.split(" "))
  return Number(values[names.indexOf("RetransSegs")])
}
