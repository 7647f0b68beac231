import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { connect, sendFile, type Socket, type SocketStats } from "../../src/mod.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern, patternHash, patternStream } from "./pattern.ts"
import { Peer } from "./peer.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }
const totalBytes = 40_000_000

const folder = mkdtempSync(join(tmpdir(), "zerowire-lab-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "pattern")
if (skip === false) writeFileSync(path, pattern(0, totalBytes))

describe("over a link that does not copy", options, () => {
  for (const lost of [0, 10]) {
    test(
      `files arrive unaltered between pinned chunks with ${lost} of 1024 packets lost`,
      options,
      async () => {
        const stats = await overTheLab(lost, async (socket) => {
          const [from, to] = [10_000_001, 30_000_003]
          const before = patternStream(from, 65_536)
          await before.pipeTo(socket.writable, { preventClose: true })
          assert.equal(await sendFile(socket, path, { start: from, end: to }), to - from)
          const writer = socket.writable.getWriter()
          for (let at = to; at < totalBytes; at += 100_000) {
            await writer.write(pattern(at, Math.min(100_000, totalBytes - at)))
          }
        })
        assert.equal(stats.fileBytes, 20_000_002)
        assert.ok(stats.zerocopy.sends > 0)
        assert.equal(stats.zerocopy.kernelCopiedIds, 0)
      },
    )

    test(
      `a byte stream is sent zero-copy from its buffers with ${lost} of 1024 packets lost`,
      options,
      async () => {
        const stats = await overTheLab(lost, async (socket) => {
          let at = 0
          const source: ReadableStream<Uint8Array> = new ReadableStream({
            type: "bytes",
            pull(controller) {
              const request = controller.byobRequest
              const view = request?.view as Uint8Array
              const length = Math.min(view.byteLength, totalBytes - at)
              view.set(pattern(at, length))
              if (length === 0) controller.close()
              request?.respond(length)
              at += length
            },
          })
          assert.equal(await socket.sendFrom(source, { bufferBytes: 100_000 }), totalBytes)
        })
        assert.ok(stats.zerocopy.sends > 0)
        assert.equal(stats.zerocopy.kernelCopiedIds, 0)
        assert.equal(stats.copiedBytes, stats.reasons.small)
      },
    )
  }
})

/** Connects, sends, closes, and checks that the whole pattern has arrived. */
async function overTheLab(
  lost: number,
  send: (socket: Socket) => Promise<void>,
): Promise<SocketStats> {
  using lab = new Lab()
  lab.drop(lost)
  await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
  const target = { hostname: lab.b.ipv4, port: peer.port }
  const socket = await lab.a.namespace.inside(() => connect(target))
  await send(socket)
  await socket.close()
  assert.equal((await peer.received).sha256, patternHash(totalBytes))
  return socket.stats()
}
