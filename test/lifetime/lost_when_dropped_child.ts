/**
 * Drops a socket whose peer reads nothing, with bytes in its queue that the kernel does not take, and lets
 * the collector come until the connection has ended.
 *
 * @module
 */
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import process from "node:process"
import { connect } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { collect } from "./child.ts"

const server = createServer((socket) => socket.pause().on("error", () => {}))
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo
await drop()
const { open } = defaultStack()
while (open.size > 0) {
  collect()
  await new Promise((resolve) => setTimeout(resolve, 20))
}
process.exit(0)

async function drop(): Promise<void> {
  const socket = await connect({ port, closeTimeout: 300, ownership: "transfer" })
  const writer = socket.writable.getWriter()
  // A write that waits would keep the stream, and the stream its socket.
  for (let refused = false; !refused || socket.stats().queuedBytes === 0;) {
    await writer.write(new Uint8Array(100_000))
    refused = socket.stats().refusals > 0
  }
  writer.releaseLock()
}
