/**
 * Does what `reference/answerer.c` does, if there is no C compiler. With `hashing` as the last argument it
 * prints, for each connection that has ended, what arrived and whether it arrived too early.
 *
 * Arguments: HOST MESSAGE_BYTES [hashing]
 *
 * @module
 */
import { createHash } from "node:crypto"
import { createServer } from "node:net"
import process from "node:process"

const [host, message, hashing] = process.argv.slice(2)
const messageBytes = Number(message)

const server = createServer((socket) => {
  const hash = hashing === "hashing" ? createHash("sha256") : undefined
  let bytes = 0
  let answers = 0
  let early = false
  socket.setNoDelay(true)
  socket.on("data", (/** @type {Buffer} */ part) => {
    hash?.update(part)
    bytes += part.byteLength
    // All of it is the message that waits for an answer, or its sender has not waited.
    if (bytes > (answers + 1) * messageBytes) early = true
    if (bytes >= (answers + 1) * messageBytes) socket.write(Uint8Array.of(answers++))
  })
  socket.on("error", () => {})
  socket.on("close", () => {
    if (hash === undefined) return
    process.stdout.write(`${JSON.stringify({ bytes, early, sha256: hash.digest("hex") })}\n`)
  })
})
server.listen({ host, port: 0 }, () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${address.port}\n`)
})
// So that it does not outlive the benchmark, however that ends.
process.stdin.on("end", () => process.exit(0)).resume()
