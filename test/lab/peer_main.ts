/**
 * A peer with the runtime's own sockets: takes one connection, hashes what comes, and does what it is
 * told on standard input: `pause`, `resume`, `reset`, `end`.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { type AddressInfo, createServer, type Socket } from "node:net"
import process from "node:process"
import { createInterface } from "node:readline"

const [address, first] = process.argv.slice(2)
const hash = createHash("sha256")
let bytes = 0
let connection: Socket | undefined
let paused = first === "paused"

const server = createServer({ allowHalfOpen: true }, (socket) => {
  connection = socket
  server.close()
  if (paused) socket.pause()
  socket.on("data", (chunk: Uint8Array) => {
    hash.update(chunk)
    bytes += chunk.byteLength
  })
  socket.on("end", () => {
    tell({ type: "received", bytes, sha256: hash.digest("hex") })
    socket.end()
  })
  socket.on("error", (failure) => tell({ type: "lost", bytes, message: failure.message }))
})
server.listen({ host: address, port: 0 }, () => {
  tell({ type: "listening", port: (server.address() as AddressInfo).port })
})

createInterface(process.stdin).on("line", (line) => {
  if (line === "pause") connection?.pause()
  if (line === "resume") connection?.resume()
  if (line === "reset") connection?.resetAndDestroy()
  if (line === "end") connection?.end()
  paused = line === "pause"
}).on("close", () => process.exit(0))

function tell(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
