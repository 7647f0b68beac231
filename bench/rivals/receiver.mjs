/**
 * Accepts connections and throws away what arrives, if there is no C compiler for `reference/receiver.c`.
 * Arguments: HOST. Prints the port.
 *
 * @module
 */
import { createServer } from "node:net"
import process from "node:process"

const server = createServer((socket) => {
  socket.on("data", () => {})
  socket.on("error", () => {})
})
server.listen({ host: process.argv[2], port: 0 }, () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${address.port}\n`)
})
// So that it does not outlive the benchmark, however that ends.
process.stdin.on("end", () => process.exit(0)).resume()
