/**
 * Opens sockets, both ends in this process, and measures what they cost while idle. Arguments: COUNT
 * SECONDS.
 *
 * @module
 */
import process from "node:process"
import { connect, listen, type Listener, type Socket } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { heapBytes } from "./heap_bytes.ts"

const [count, seconds] = process.argv.slice(2).map(Number)
const listener = await listen({ hostname: "127.0.0.1", port: 0 })
// What the first sockets load is not charged to the others.
const sockets = await open(listener, 50)
const before = heapBytes()
sockets.push(...await open(listener, count))
// Nothing waits any longer, neither the listener nor the sockets.
listener.close()
await pause(500)
const heap = heapBytes() - before

const { reactor } = defaultStack()
const wakes = reactor.wakes
const cpu = process.cpuUsage()
await pause(seconds * 1000)
const { user, system } = process.cpuUsage(cpu)
const result = {
  sockets: count,
  heapBytesPerSocket: count === 0 ? 0 : Math.round(heap / count),
  cpuPercent: (user + system) / 1e4 / seconds,
  wakes: reactor.wakes - wakes,
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(sockets.length > 0 ? 0 : 1))

async function open(listener: Listener, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const accepting = listener.accept()
    sockets.push(await connect({ port: listener.addr.port }), await accepting)
  }
  return sockets
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
