/**
 * Receives connections one after the other with the runtime's own sockets, without Zerowire, and hashes the
 * bytes of each. With `warm`, every other connection, from the first on, only warms its sender up.
 *
 *     receiver.ts ADDRESS CONNECTIONS [warm]
 *
 * @module
 */
import { createHash } from "node:crypto"
import { type AddressInfo, createServer } from "node:net"
import process from "node:process"
import { exitWithParent, tell } from "./message.ts"

exitWithParent()

let unaccepted = Number(process.argv[3])
let unfinished = unaccepted
const warm = process.argv[4] === "warm"
let warming = warm

const server = createServer((socket) => {
  if (warming) {
    warming = false
    return void socket.resume().on("error", () => {})
  }
  warming = warm
  if (--unaccepted === 0) server.close()
  const hash = createHash("sha256")
  let bytes = 0
  socket.on("data", (chunk: Uint8Array) => {
    hash.update(chunk)
    bytes += chunk.byteLength
  })
  socket.on("end", () => {
    tell({ type: "received", bytes, sha256: hash.digest("hex") })
    // On a busy machine the next connection may be here before this one's end.
    if (--unfinished === 0) process.exit(0)
  })
  socket.on("error", (failure) => fail(`The connection failed: ${failure.message}`))
})
server.on("error", (failure) => fail(`Cannot listen: ${failure.message}`))
server.listen({ host: process.argv[2], port: 0 }, () => {
  tell({ type: "listening", port: (server.address() as AddressInfo).port })
})

function fail(message: string): never {
  tell({ type: "failed", message, status: 1 })
  process.exit(1)
}
