// deno-lint-ignore-file no-console
/**
 * A `Deno.listen` server that sends small answers itself, and hands the connection to Zerowire for a
 * large one. Its client is a plain `node:net` socket, which notices nothing.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { connect } from "node:net"
import process from "node:process"
import { takeOver } from "zerowire"

// Declared here, because this file is type-checked for both runtimes.
const { Deno } = globalThis as unknown as { Deno?: DenoNet }
if (Deno === undefined) {
  console.log("SKIP: needs Deno")
  process.exit(0)
}

const megabytes = 32
const blocks = Array.from({ length: megabytes }, () => randomBytes(1024 * 1024))
const expected = createHash("sha256")
for (const block of blocks) expected.update(block)

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })

async function serve(conn: DenoConn): Promise<void> {
  const bytes = new Uint8Array(1000)
  for (;;) {
    const n = await conn.read(bytes)
    if (n === null) return conn.close()
    const command = new TextDecoder().decode(bytes.subarray(0, n)).trim()
    if (command === "size") await conn.write(new TextEncoder().encode(`${megabytes} MiB\n`))
    // From here on the connection no longer belongs to Deno.
    if (command === "everything") return sendEverything(conn)
  }
}

async function sendEverything(conn: DenoConn): Promise<void> {
  await using connection = await takeOver(conn)
  await new Blob(blocks).stream().pipeTo(connection.writable)
  const { zerocopyBytes, kernelCopiedBytes, copiedBytes, unverifiedBytes } = connection.stats()
  console.log("sent", { zerocopyBytes, unverifiedBytes, kernelCopiedBytes, copiedBytes })
}

const client = connect(listener.addr.port, "127.0.0.1")
const served = listener.accept().then(serve)
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
await served
listener.close()

interface DenoNet {
  listen(options: { hostname: string; port: number }): {
    readonly addr: { readonly port: number }
    accept(): Promise<DenoConn>
    close(): void
  }
}

interface DenoConn {
  readonly localAddr: DenoAddress
  readonly remoteAddr: DenoAddress
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  read(into: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  close(): void
  setNoDelay(noDelay?: boolean): void
}

interface DenoAddress {
  readonly transport: string
  readonly hostname: string
  readonly port: number
}
