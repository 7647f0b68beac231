// deno-lint-ignore-file no-console
/**
 * Compresses on the way: anything that produces chunks of bytes can be piped into a socket.
 * `CompressionStream` creates new chunks, so large ones are sent in place. The peer is a plain `node:net`
 * socket and unpacks with `node:zlib`.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { createGunzip } from "node:zlib"
import { connect } from "zerowire"

const lines = Array.from({ length: 500_000 }, (_, i) => `${i} is followed by ${i + 1}\n`)
const text = new Blob([lines.join("")])
const expected = createHash("sha256").update(await text.bytes()).digest("hex")

const received = Promise.withResolvers<{ digest: string; bytes: number }>()
const server = createServer((peer) => {
  const hash = createHash("sha256")
  let bytes = 0
  peer.on("data", (part) => bytes += part.length)
  peer.pipe(createGunzip())
    .on("data", (part) => hash.update(part))
    .on("end", () => received.resolve({ digest: hash.digest("hex"), bytes }))
    .on("error", received.reject)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")

const socket = await connect({ port: (server.address() as AddressInfo).port })
await text.stream().pipeThrough(new CompressionStream("gzip")).pipeTo(socket.writable)
await socket.close()

const { digest, bytes } = await received.promise
assert.equal(digest, expected)
assert.equal(socket.stats().acceptedBytes, bytes)
assert.ok(bytes < text.size / 2)
console.log(`${text.size} bytes were sent as ${bytes} and unpacked correctly`)
server.close()
