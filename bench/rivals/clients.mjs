/**
 * Opens connections, sends a request on each as soon as it is open, and ends when the peer has. Arguments:
 * the port, and how many.
 *
 * @module
 */
import net from "node:net"
import process from "node:process"

const [port, count] = process.argv.slice(2).map(Number)
for (let i = 0; i < count; i++) {
  const socket = net.connect(port, "127.0.0.1")
  socket.on("connect", () => socket.write("x".repeat(100)))
  socket.on("data", () => {})
  socket.on("end", () => socket.end())
}
