/**
 * A peer with the runtime's own sockets: accepts one connection, hashes the bytes, and follows the
 * commands on standard input: `pause`, `resume`, `reset`, `end`.
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
/** Commands that came before the connection: on a busy machine it is reported late. */
const early: string[] = first === "paused" ? ["pause"] : []

const server = createServer({ allowHalfOpen: true }, (socket) => {
  connection = socket
  server.close()
  socket.on("data", (chunk: Uint8Array) => {
    hash.update(chunk)
    bytes += chunk.byteLength
  })
  socket.on("end", () => {
    tell({ type: "received", bytes, sha256: hash.digest("hex") })
    socket.end()
  })
  socket.on("error", (failure) => tell({ type: "lost", bytes, message: failure.message }))
  for (const command of early) obey(socket, command)
})
server.listen({ host: address, port: 0 }, () => {
  tell({ type: "listening", port: (server.address() as AddressInfo).port })
})

createInterface(process.stdin).on("line", (line) => {
  if (connection === undefined) early.push(line)
  else obey(connection, line)
}).on("close", () => process.exit(0))

function obey(socket: Socket, command: string): void {
  if (command === "pause") socket.pause()
  if (command === "resume") socket.resume()
  if (command === "reset") socket.resetAndDestroy()
  if (command === "end") socket.end()
}

function tell(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
