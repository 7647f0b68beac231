/**
 * Many peers in one process, with the runtime's own sockets: each reads as fast as it can, but the first
 * few, which read nothing. Prints the port that they listen on.
 *
 * @module
 */
import { type AddressInfo, createServer } from "node:net"
import process from "node:process"

const [address, silent] = process.argv.slice(2)
let accepted = 0

const server = createServer((socket) => {
  socket.on("error", () => {})
  if (accepted++ < Number(silent)) socket.pause()
  else socket.resume()
})
server.listen({ host: address, port: 0, backlog: 1024 }, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
