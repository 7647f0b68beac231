import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { connect, type Socket, type SocketStats } from "../../src/mod.ts"
import { Lab, labObstacle, type LabOptions } from "../../lab/lab.ts"
import { pattern } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }

describe("when the kernel copies after all", options, () => {
  test("a plain veth pair turns zero-copy off, and probes are few", options, async () => {
    await withSocket({ kind: "veth" }, async (_lab, socket) => {
      const stats = await sendMiB(socket, 64)
      assert.ok(stats.zerocopy.kernelCopiedIds > 0)
      assert.ok(stats.reasons.copied > 32 * MiB, "it kept on trying")
      assert.equal(stats.zerocopy.zerocopyIds, 0)
    })
  })

  test(
    "zero-copy stops when a packet capture starts, and returns when it ends",
    options,
    async () => {
      await withSocket({}, async (lab, socket) => {
        const before = await sendMiB(socket, 16)
        assert.equal(before.zerocopy.kernelCopiedIds, 0)
        assert.equal(before.copiedBytes, 0)

        const closeTap = lab.tap()
        // A merged notification describes only its first member, so a verdict may need several.
        const copies = (stats: SocketStats) => stats.reasons.copied > 0
        assert.ok(await sendUntil(socket, copies), "COPIED went unnoticed for 1 GiB")
        closeTap()

        const { zerocopy: { zerocopyIds } } = socket.stats()
        const returned = (stats: SocketStats) => stats.zerocopy.zerocopyIds > zerocopyIds + 4
        assert.ok(await sendUntil(socket, returned), "zero-copy did not return within 1 GiB")
      })
    },
  )

  test("an open capture never costs a byte", options, async () => {
    await withSocket({}, async (lab, socket) => {
      const closeTap = lab.tap()
      const stats = await sendMiB(socket, 32)
      closeTap()
      assert.equal(stats.acceptedBytes, 32 * MiB)
    })
  })
})

/** Opens a lab and a socket in it; afterwards everything must have arrived. */
async function withSocket(
  options: LabOptions,
  use: (lab: Lab, socket: Socket) => Promise<void>,
): Promise<void> {
  using lab = new Lab(options)
  await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
  const target = { hostname: lab.b.ipv4, port: peer.port }
  const socket = await lab.a.namespace.inside(() => connect(target))
  await use(lab, socket)
  await socket.close()
  assert.equal((await peer.received).bytes, socket.stats().acceptedBytes)
  assert.equal(socket.stats().held, 0)
}

/** Sends this much in chunks of 64 KiB, and returns the statistics once all of it is accepted. */
async function sendMiB(socket: Socket, count: number): Promise<SocketStats> {
  const writer = socket.writable.getWriter()
  for (let at = 0; at < count * MiB; at += 65_536) {
    await writer.ready
    await writer.write(pattern(0, 65_536))
  }
  writer.releaseLock()
  while (socket.stats().queuedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  return socket.stats()
}

/** Sends up to 1 GiB until the statistics are as expected, and returns whether they are. */
async function sendUntil(
  socket: Socket,
  wanted: (stats: SocketStats) => boolean,
): Promise<boolean> {
  for (let sent = 0; sent < 1024; sent += 8) {
    if (wanted(await sendMiB(socket, 8))) return true
  }
  return false
}

const MiB = 1024 * 1024
