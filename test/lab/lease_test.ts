import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { connect, createSlab } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }

describe("leases over a link that does not copy", options, () => {
  for (const lost of [0, 10]) {
    test(`arrive zero-copy and unaltered with ${lost} of 1024 packets lost`, options, async () => {
      using lab = new Lab()
      lab.drop(lost)
      await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
      const violations: Error[] = []
      const onViolation = (violation: Error) => violations.push(violation)
      using slab = createSlab({ slotBytes: 65_536, slots: 32, hugePages: true, onViolation })
      const target = { hostname: lab.b.ipv4, port: peer.port }
      const socket = await lab.a.namespace.inside(() => connect(target))
      const totalBytes = 40_000_000
      for (let at = 0; at < totalBytes;) {
        const lease = await slab.lease()
        const length = Math.min(lease.byteLength, totalBytes - at)
        lease.bytes.set(pattern(at, length))
        socket.send(lease, length)
        at += length
      }
      await socket.close()

      assert.deepEqual(violations, [])
      assert.equal((await peer.received).sha256, patternHash(totalBytes))
      const stats = socket.stats()
      assert.equal(stats.zerocopy.kernelCopiedIds, 0)
      assert.equal(stats.copiedBytes, stats.reasons.small)
      assert.ok(stats.zerocopy.sends > 0)
      assert.equal(slab.leased, 0)
    })
  }
})
