// deno-lint-ignore-file no-console
/**
 * For programs that produce bytes themselves: they write them into memory that the network card reads,
 * and nothing is allocated or copied on the way. The number of slots limits what is in flight. The peer
 * is a plain `node:net` socket, and checks every byte.
 *
 * @module
 */
import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { connect, createSlab, type Sent } from "zerowire"

const frames = 500
const frameBytes = 60_000

const received = Promise.withResolvers<number>()
const server = createServer((peer) => {
  let bytes = 0
  peer.on("data", (part: Uint8Array) => {
    for (const byte of part) {
      if (byte !== valueOf(bytes++)) peer.destroy(new Error(`Byte ${bytes - 1} is ${byte}`))
    }
  })
  peer.on("end", () => received.resolve(bytes))
  peer.on("error", received.reject)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")

// `onViolation` is for debugging: it computes a checksum of each slot, which costs as much as a copy.
const violations: Error[] = []
using slab = createSlab({
  slotBytes: 64 * 1024,
  slots: 32,
  onViolation: (violation) => violations.push(violation),
})
const socket = await connect({ port: (server.address() as AddressInfo).port })

let sent: Sent | undefined
for (let frame = 0; frame < frames; frame++) {
  // Waits while all slots are in flight. They come back by themselves.
  const lease = await slab.lease()
  lease.bytes.fill(valueOf(frame * frameBytes), 0, frameBytes)
  sent = socket.send(lease, frameBytes)
  assert.equal(lease.bytes.byteLength, 0, "a lease in flight cannot be written to")
}
await sent?.accepted
console.log("The kernel has accepted all frames", socket.stats().reasons)
await sent?.released
assert.equal(slab.leased, 0)
console.log("All slots are back")

const report = await socket.close()
assert.equal(report.quarantined, 0)
assert.deepEqual(violations, [])
assert.equal(await received.promise, frames * frameBytes)
console.log(`The peer has ${frames} correct frames of ${frameBytes} bytes`)
server.close()

/** The expected byte at position `at` of the stream: the number of its frame. */
function valueOf(at: number): number {
  return Math.floor(at / frameBytes) % 251
}
