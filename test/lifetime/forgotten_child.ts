/**
 * Drops sockets in several ways and lets the collector come. Prints how many file descriptors were open
 * before, and are afterwards.
 *
 * @module
 */
import process from "node:process"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { connect } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { collect } from "./child.ts"

const received: number[] = []
const server = createServer((socket) => {
  let bytes = 0
  socket.on("data", (data: Uint8Array) => bytes += data.length)
  socket.on("end", () => received.push(bytes))
})
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo

const { reactor } = defaultStack()
await dropIdle()
await dropAfterWriting()
const kept = await keepWritable()
for (let i = 0; i < 100 && reactor.size > 1; i++) {
  collect()
  await new Promise((resolve) => setTimeout(resolve, 20))
}
const registered = reactor.size
// Its socket was dropped too, but the stream was not: it still works.
await kept.write(new Uint8Array(70_000))
await kept.close()
while (received.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
process.stdout.write(`${JSON.stringify({ registered, received: received.sort() })}\n`)
process.exit(0)

async function dropIdle(): Promise<void> {
  await connect({ port })
}

async function dropAfterWriting(): Promise<void> {
  const socket = await connect({ port })
  const writer = socket.writable.getWriter()
  await writer.write(new Uint8Array(5000))
  writer.releaseLock()
}

async function keepWritable(): Promise<WritableStreamDefaultWriter<Uint8Array>> {
  return (await connect({ port })).writable.getWriter()
}
