/**
 * Opens connections, and when all are open sends a request on each, and ends with its answer. Arguments:
 * the port, and how many.
 *
 * @module
 */
import net from "node:net"
import process from "node:process"

const [port, count] = process.argv.slice(2).map(Number)
// The first hundred ask at once: they are there to warm the server up.
for (let i = 0; i < count; i++) {
  const socket = net.connect(port, "127.0.0.1")
  socket.on("connect", () => socket.write("x".repeat(100)))
  socket.on("data", () => {})
  socket.on("end", () => socket.end())
}
