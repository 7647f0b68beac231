import assert from "node:assert/strict"
import { once } from "node:events"
import { connect as netConnect } from "node:net"
import { after, describe, test } from "node:test"
import { takeOver } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { joined, receiveAll } from "../plain_peer.ts"
import { denoNet, kinds } from "../runtime_sockets.ts"
import { pattern, patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false

describe("a socket of the runtime, over a link that does not copy", { skip }, () => {
  const lab = skip === false ? new Lab() : undefined
  after(() => lab?.close())

  for (const kind of kinds()) {
    for (const family of ["ipv4", "ipv6"] as const) {
      test(`${kind.name}: taken over, it sends zero-copy by ${family}`, async () => {
        if (lab === undefined) return
        const totalBytes = 32_000_001
        await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b[family])
        const given = await lab.a.namespace.inside(() => kind.connect(peer.port, lab.b[family]))
        const socket = await takeOver(given.socket)
        await patternStream(totalBytes, 65_536).pipeTo(socket.writable)
        const report = await socket.close()

        const { bytes, sha256 } = await peer.received
        assert.deepEqual({ bytes, sha256 }, {
          bytes: totalBytes,
          sha256: patternHash(totalBytes),
        })
        const { held, copiedBytes, zerocopy: { sends: zerocopySends, kernelCopiedIds, notified } } =
          socket.stats()
        assert.ok(zerocopySends > 0, "nothing was sent zero-copy")
        assert.equal(kernelCopiedIds, 0)
        assert.equal(notified, zerocopySends)
        assert.equal(held, 0)
        assert.ok(copiedBytes < 65_536)
        assert.ok(report.released > 0)
        assert.deepEqual({ ...report, released: 0 }, { released: 0, byProof: 0, quarantined: 0 })
      })
    }

    // A mistake is only possible if the runtime does not expose its file descriptors.
    if (denoNet === undefined) continue
    test(`${kind.name}: two sockets with the same addresses in two namespaces are not confused`, async () => {
      if (lab === undefined) return
      const connections = []
      const target = { host: "127.0.0.1", port: 7007 }
      for (const [i, side] of [lab.a, lab.b].entries()) {
        // Both ends of each are in one namespace, whose loopback looks like the other's.
        const server = await side.namespace.inside(() => kind.listen("127.0.0.1", 7007))
        const peer = await side.namespace.inside(async () => {
          const socket = netConnect({ ...target, localPort: 7008, allowHalfOpen: true })
          await once(socket, "connect")
          return socket
        })
        const given = await server.accepted()
        connections.push({ given, peer, server, mark: pattern(i * 1000, 100) })
      }
      // The later one has the higher file descriptor, and is found past the other.
      for (const { given, peer, server, mark } of connections.toReversed()) {
        const socket = await takeOver(given.socket)
        const received = receiveAll(peer)
        await socket.writable.getWriter().write(mark)
        await socket.close()
        assert.deepEqual(joined([await received]), joined([mark]))
        peer.destroy()
        server.close()
      }
    })
  }
})
