/**
 * Opens and ends many connections in every possible way, and prints what is left. Run by `leak_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { connect, listen, type Listener, type Socket } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { socketInodes } from "../descriptors.ts"
import { pattern } from "../plain_peer.ts"

// Closing while the other side is still sending rightly fails the other side's close.
const endings: readonly ((client: Socket, server: Socket) => Promise<unknown>)[] = [
  (client, server) => Promise.allSettled([client.close(), server.close()]),
  (client, server) => Promise.all([client.abort(), server.abort()]),
  async (client, server) => {
    await server.abort()
    await client.close().catch(() => {})
  },
  async (client, server) => {
    await client.writable.abort("enough").catch(() => {})
    await server.close().catch(() => {})
  },
  async (client, server) => {
    const drained = new Response(server.readable).bytes()
    await client.closeWrite()
    await drained
    await Promise.allSettled([client.close(), server.close()])
  },
]

const listener = await listen({ hostname: "127.0.0.1", port: 0, zerocopy: "always" })
/** Nobody accepts here: connections stay in the backlog. */
const unanswered = await listen({ hostname: "127.0.0.1", port: 0 })
for (let i = 0; i < endings.length; i++) await round(listener, i)
const before = left()
for (let i = 0; i < 200; i++) await round(listener, i)
const after = left()
listener.close()
unanswered.close()
process.stdout.write(JSON.stringify({ before, after }) + "\n")

async function round(listener: Listener, i: number): Promise<void> {
  const { port } = listener.addr
  const [client, server] = await Promise.all([
    connect({ port, zerocopy: "always" }),
    listener.accept(),
  ])
  for (const socket of [client, server]) {
    const writer = socket.writable.getWriter()
    for (const size of [100_000, 10, 50_000]) writer.write(pattern(size)).catch(() => {})
    // A view of part of a buffer is copied to a slot.
    await writer.write(pattern(70_000).subarray(1)).catch(() => {})
    // And a small chunk waits in a slot for the end of the turn.
    writer.write(pattern(10)).catch(() => {})
    writer.releaseLock()
  }
  await endings[i % endings.length](client, server)
  const controller = new AbortController()
  const attempt = connect({ port: unanswered.addr.port, signal: controller.signal })
  if (i % 2 === 0) controller.abort()
  await attempt.then((socket) => socket.abort(), () => {})
  await connect({ port: 1 }).catch(() => {})
}

function left() {
  const { slab, couriers, reactor } = defaultStack()
  return {
    sockets: socketInodes().length,
    leased: slab.leased,
    quarantined: slab.quarantined,
    couriers: couriers.busy,
    registered: reactor.size,
  }
}
