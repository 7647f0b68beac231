// deno-lint-ignore-file no-console
/**
 * A `Bun.listen` server that sends small answers itself, and hands the connection to Zerowire for a large
 * one. Its client is a plain `node:net` socket, which notices nothing.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { connect } from "node:net"
import process from "node:process"
import { takeOver } from "zerowire"

// Declared here, because this file is type-checked for both runtimes.
const { Bun } = globalThis as unknown as { Bun?: BunNet }
if (Bun === undefined) {
  console.log("SKIP: needs Bun")
  process.exit(0)
}

const megabytes = 32
const blocks = Array.from({ length: megabytes }, () => randomBytes(1024 * 1024))
const expected = createHash("sha256")
for (const block of blocks) expected.update(block)

let sent: Promise<void> | undefined
const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket, bytes) {
      const command = new TextDecoder().decode(bytes).trim()
      if (command === "size") socket.write(`${megabytes} MiB\n`)
      // From here on the connection no longer belongs to Bun: of its handlers only `close` is called.
      if (command === "everything") sent = sendEverything(socket)
    },
  },
})

async function sendEverything(socket: BunSocket): Promise<void> {
  await using connection = await takeOver(socket)
  await new Blob(blocks).stream().pipeTo(connection.writable)
  const { zerocopyBytes, kernelCopiedBytes, copiedBytes, unverifiedBytes } = connection.stats()
  console.log("sent", { zerocopyBytes, unverifiedBytes, kernelCopiedBytes, copiedBytes })
}

const client = connect(server.port, "127.0.0.1")
client.write("size\n")
const size = await new Promise<string>((resolve) =>
  client.once("data", (part) => resolve(`${part}`))
)
assert.equal(size, "32 MiB\n")

client.write("everything\n")
const received = createHash("sha256")
let bytes = 0
for await (const part of client) {
  received.update(part)
  bytes += part.byteLength
}
assert.equal(bytes, megabytes * 1024 * 1024)
assert.equal(received.digest("hex"), expected.digest("hex"))
console.log(`The client has all ${bytes} bytes, and they are the right ones`)
await sent
server.stop()

interface BunNet {
  listen(options: {
    hostname: string
    port: number
    socket: { data(socket: BunSocket, bytes: Uint8Array): void }
  }): { readonly port: number; stop(): void }
}

interface BunSocket {
  readonly readyState: number
  write(text: string): number
  terminate(): void
  reload(handlers: never): void
}
