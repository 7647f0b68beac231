/**
 * Drops sockets that are still sending from a stream, runs the collector, and ends the streams. Prints
 * what arrived.
 *
 * @module
 */
import process from "node:process"
import { type AddressInfo, createServer } from "node:net"
import { connect } from "../../src/mod.ts"
import { collect } from "./child.ts"

const sources = 5
const server = createServer()
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo
let arrived = 0
server.on("connection", (peer) => peer.on("data", (data: Uint8Array) => arrived += data.length))

const ends: (() => void)[] = []
const outcomes: string[] = []
for (let i = 0; i < sources; i++) await start()
for (let i = 0; i < 20; i++) {
  collect()
  await new Promise((resolve) => setTimeout(resolve, 20))
}
for (const end of ends) end()
while (outcomes.length < sources) await new Promise((resolve) => setTimeout(resolve, 5))
while (arrived < sources * 100_000) await new Promise((resolve) => setTimeout(resolve, 5))
process.stdout.write(`${JSON.stringify({ outcomes, arrived })}\n`)
process.exit(0)

async function start(): Promise<void> {
  const socket = await connect({ port })
  const waiting = Promise.withResolvers<void>()
  ends.push(waiting.resolve)
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await waiting.promise
      controller.enqueue(new Uint8Array(100_000))
      controller.close()
    },
  })
  socket.sendFrom(source).then(
    (bytes) => outcomes.push(String(bytes)),
    (failure) => outcomes.push(String(failure)),
  )
}
