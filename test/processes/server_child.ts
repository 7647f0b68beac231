/**
 * One of several servers on a port: answers each connection with its one-letter name and an echo. Prints
 * its port, and ends when its standard input does.
 *
 * @module
 */
import process from "node:process"
import { listen } from "../../src/mod.ts"

const [name, port] = process.argv.slice(2)
const listener = await listen({ hostname: "127.0.0.1", port: Number(port), reusePort: true })
process.stdin.on("end", () => listener.close()).resume()
process.stdout.write(`${listener.addr.port}\n`)
for await (const socket of listener) {
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(name))
  writer.releaseLock()
  void socket.readable.pipeTo(socket.writable).then(() => socket.close())
}
