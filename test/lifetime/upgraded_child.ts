/**
 * Leaves HTTP and drops the socket, and lets the collector come. Prints how the client's connection ended.
 *
 * @module
 */
import { connect } from "node:net"
import process from "node:process"
import { serve } from "../../src/http.ts"
import { collect } from "./child.ts"

const server = serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (_, info) => {
  const upgrade = info.upgrade({ protocol: "none" })
  return upgrade?.response ?? new Response("", { status: 426 })
})
await server.ready
let received = ""
let ended = false
const client = connect(server.addr.port, "127.0.0.1")
client.on("data", (data) => received += data)
client.on("end", () => ended = true)
client.write("GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: none\r\n\r\n")
while (!received.endsWith("\r\n\r\n")) await new Promise((resolve) => setTimeout(resolve, 5))
// V8 keeps the last socket for a server that waits for the next one.
connect(server.addr.port, "127.0.0.1")
while (!ended) {
  await new Promise((resolve) => setTimeout(resolve, 20))
  collect()
}
process.stdout.write(`${received.slice(0, 12)}\n`)
process.exit(0)
