import assert from "node:assert/strict"
import { after, describe, test } from "node:test"
import { connect } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

describe("over a link that does not copy", { skip }, () => {
  const lab = skip === false ? new Lab() : undefined
  after(() => lab?.close())

  const cases = [
    { chunkBytes: 1, totalBytes: 100_000 },
    { chunkBytes: 7, totalBytes: 200_001 },
    { chunkBytes: 1000, totalBytes: 3_000_017 },
    { chunkBytes: 16_383, totalBytes: 8_000_000 },
    { chunkBytes: 16_384, totalBytes: 8_000_000 },
    { chunkBytes: 65_536, totalBytes: 32_000_000 },
    { chunkBytes: 65_537, totalBytes: 32_000_000 },
    { chunkBytes: 1_048_576, totalBytes: 64_000_000 },
    { chunkBytes: 4_194_304, totalBytes: 64_000_001 },
  ]
  for (const family of ["ipv4", "ipv6"] as const) {
    for (const { chunkBytes, totalBytes } of cases) {
      test(`${totalBytes} bytes in chunks of ${chunkBytes} arrive zero-copy by ${family}`, async () => {
        if (lab === undefined) return
        await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b[family])
        const { port } = peer
        const socket = await lab.a.namespace.inside(() =>
          connect({ hostname: lab.b[family], port })
        )
        await patternStream(totalBytes, chunkBytes).pipeTo(socket.writable)
        const report = await socket.close()

        assert.deepEqual({ ...await peer.received, type: undefined }, {
          type: undefined,
          bytes: totalBytes,
          sha256: patternHash(totalBytes),
        })
        const stats = socket.stats()
        assert.ok(stats.zerocopy.sends > 0, "nothing was sent zero-copy")
        assert.equal(stats.zerocopy.kernelCopiedIds, 0)
        assert.equal(stats.zerocopy.notified, stats.zerocopy.sends)
        assert.equal(stats.held, 0)
        assert.equal(report.quarantined, 0)
        // What is gathered fills slots, and only the last one of a turn can be too small to pin.
        const { small } = stats.reasons
        assert.equal(stats.copiedBytes, small)
        if (chunkBytes >= 16_384) assert.ok(small < chunkBytes)
      })
    }
  }
})
