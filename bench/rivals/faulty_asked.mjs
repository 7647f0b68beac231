/**
 * A server of the suite `small` that does something wrong, to show that the benchmark would notice.
 *
 * Arguments: FAULT ASK
 *
 * @module
 */
import { createServer } from "node:net"
import process from "node:process"
import { response } from "./response.mjs"

const [fault, ask] = process.argv.slice(2)
const altered = new Uint8Array(response)
altered[altered.length - 1] ^= 1
let asked = 0
const asking = createServer((socket) => {
  socket.on("error", () => {}).on("data", () => {
    asked++
    if (fault === "altered" && asked === 20) socket.write(altered)
    else if (fault === "twice" && asked === 20) socket.write(Buffer.concat([response, response]))
    else if (fault === "closing" && asked === 20) socket.destroy()
    else socket.write(response)
  })
})
const taking = createServer((socket) => {
  socket.on("error", () => {})
  if (fault === "short") socket.end(new Uint8Array(1000))
  else if (fault !== "mean") send(socket)
})

/** @param {import("node:net").Socket} socket */
function send(socket) {
  socket.write(new Uint8Array(100_000), (failure) => failure ? undefined : send(socket))
}

process.stdin.on("end", () => process.exit(0)).resume()
asking.listen(0, "127.0.0.1", () =>
  taking.listen(0, "127.0.0.1", () => {
    const servers = ask === "beside" ? [asking, taking] : [asking]
    const ports = servers.map((server) => /** @type {any} */ (server.address()).port)
    process.stdout.write(`${ports.join(" ")}\n`)
  }))
