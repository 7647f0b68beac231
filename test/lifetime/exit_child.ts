/** The programs of `exit_test.ts`. Each comes to its end without calling `exit`. */
import process from "node:process"
import { connect, listen, type Listener, type Socket, type SocketOptions } from "../../src/mod.ts"

/** Sockets that the collector must not find: one that is dropped is closed, and keeps no process. */
const kept: unknown[] = []

const programs: Readonly<Record<string, () => Promise<void>>> = {
  /** Everything is closed. */
  async closed() {
    const { listener, client, server } = await pair()
    await exchange(client, server)
    await Promise.all([client.close(), server.close()])
    listener.close()
  },

  /** Nothing is closed, and nobody waits for anything. */
  async idle() {
    const { client, server, listener } = await pair()
    kept.push(client, server, listener)
    const writer = client.writable.getWriter()
    await writer.write(new Uint8Array(100_000))
    const reader = server.readable.getReader()
    await reader.read()
  },

  /** The peer is gone, and what was written to it fails: the first write that the kernel refuses too. */
  async lost() {
    const { listener, client, server } = await pair({ ownership: "copy" })
    await server.abort()
    const writer = client.writable.getWriter()
    writer.closed.catch(() => {})
    try {
      for (;;) await writer.write(new Uint8Array(100_000))
    } catch {
      await client.abort()
    }
    listener.close()
  },

  /** One throws away whatever comes, and never stops. */
  async cancelled() {
    const { client, server, listener } = await pair()
    kept.push(client, server, listener)
    await client.readable.cancel()
    const writer = server.writable.getWriter()
    for (let i = 0; i < 30; i++) await writer.write(new Uint8Array(1_000_000))
  },

  /** Those who wait have said that they do not count. */
  async unref() {
    const { listener, client, server } = await pair()
    listener.unref()
    client.unref()
    server.unref()
    listener.accept().catch(() => {})
    client.readable.getReader().read().catch(() => {})
    server.readable.getReader().read().catch(() => {})
  },

  /** A socket has a deadline in an hour. */
  async deadline() {
    const { client, server, listener } = await pair({ readTimeout: 3_600_000 })
    kept.push(client, server, listener)
    client.unref()
    client.readable.getReader().read().catch(() => {})
  },

  /** A socket closes whose peer reads nothing, until `closeTimeout`. */
  async closing() {
    const { client, server, listener } = await pair({ closeTimeout: 300 })
    kept.push(server)
    listener.close()
    client.writable.getWriter().write(new Uint8Array(24 << 20)).catch(() => {})
    let failed = false
    await client.close().catch(() => failed = true)
    if (!failed) throw new Error("Its peer read nothing, and yet it closed")
  },

  /** The same, but nobody counts on it. */
  async closing_unref() {
    const { client, server, listener } = await pair({ closeTimeout: 3_600_000 })
    kept.push(server)
    listener.close()
    client.unref()
    client.writable.getWriter().write(new Uint8Array(24 << 20)).catch(() => {})
    client.close().catch(() => {})
  },

  /** A wait that was ended from outside. */
  async aborted() {
    const { listener, client, server } = await pair()
    const read = client.readable.getReader().read().catch(() => {})
    await Promise.all([client.abort(), server.abort()])
    await read
    listener.close()
  },

  /** Somebody waits and always will: this one does not end. */
  async waiting() {
    const { listener } = await pair()
    // deno-lint-ignore no-console -- the test reads it
    console.log("waits")
    await listener.accept()
  },
}

interface Pair {
  readonly listener: Listener
  readonly client: Socket
  readonly server: Socket
}

async function pair(options: SocketOptions = {}): Promise<Pair> {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const [client, server] = await Promise.all([
    connect({ ...options, port: listener.addr.port }),
    listener.accept(),
  ])
  return { listener, client, server }
}

async function exchange(client: Socket, server: Socket): Promise<void> {
  const chunks = Array.from({ length: 20 }, () => new Uint8Array(64 * 1024))
  const echo = server.readable.pipeTo(server.writable)
  const writer = client.writable.getWriter()
  const sent = (async () => {
    for (const chunk of chunks) await writer.write(chunk)
    await writer.close()
  })()
  let received = 0
  for await (const chunk of client.readable) received += chunk.byteLength
  await Promise.all([sent, echo])
  if (received !== 20 * 64 * 1024) throw new Error(`Received ${received} bytes`)
}

await programs[process.argv[2]]()
// deno-lint-ignore no-console -- the test reads it
console.log("done")
