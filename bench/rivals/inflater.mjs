/**
 * Takes connections one after the other, and prints what each brought when it is unpacked (gzip).
 * Arguments: HOST. Prints the port first.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { createServer } from "node:net"
import process from "node:process"
import { createGunzip } from "node:zlib"

const server = createServer((socket) => {
  const hash = createHash("sha256")
  let bytes = 0
  const unpacked = socket.pipe(createGunzip())
  unpacked.on("data", (/** @type {Buffer} */ part) => {
    bytes += part.byteLength
    hash.update(part)
  })
  const tell = () =>
    process.stdout.write(`${JSON.stringify({ bytes, sha256: hash.digest("hex") })}\n`)
  unpacked.on("end", tell).on("error", tell)
  socket.on("error", () => {})
})
server.listen({ host: process.argv[2], port: 0 }, () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${address.port}\n`)
})
// So that it does not outlive the benchmark, however that ends.
process.stdin.on("end", () => process.exit(0)).resume()
