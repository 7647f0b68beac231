/**
 * Connects to a peer, and pins memory for it until it is told to end. Run by `user_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { createInterface } from "node:readline"
import { connect } from "../../src/mod.ts"

const [hostname, port] = process.argv.slice(2)
const socket = await connect({ hostname, port: Number(port), zerocopy: "always" })
const writer = socket.writable.getWriter()
process.stdout.write("connected\n")

for await (const line of createInterface(process.stdin)) {
  if (line === "end") break
  writer.write(new Uint8Array(256 * 1024)).catch(() => {})
  // A new connection has no room for all of it.
  while (socket.stats().inFlightBytes === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  process.stdout.write("held\n")
}
await socket.abort()
process.exit(0)
