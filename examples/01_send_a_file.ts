// deno-lint-ignore-file no-console
/**
 * Sends a file to a plain `node:net` server, which hashes what it receives.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, type Hash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "zerowire"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
using cleanup = new DisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
const contents = randomBytes(32 * 1024 * 1024)
writeFileSync(path, contents)

const received = Promise.withResolvers<Hash>()
const server = createServer((peer) => {
  const hash = createHash("sha256")
  peer.on("data", (part) => hash.update(part))
  peer.on("end", () => received.resolve(hash))
  peer.on("error", received.reject)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")

const socket = await connect({ port: (server.address() as AddressInfo).port })
await (await streamOf(path)).pipeTo(socket.writable)
const report = await socket.close()

const { acceptedBytes, zerocopyBytes, unverifiedBytes, kernelCopiedBytes, reasons } = socket.stats()
console.log({ acceptedBytes, zerocopyBytes, unverifiedBytes, kernelCopiedBytes, reasons })
assert.equal(acceptedBytes, contents.byteLength)
assert.equal(report.quarantined, 0)
assert.equal(
  (await received.promise).digest("hex"),
  createHash("sha256").update(contents).digest("hex"),
)
console.log("The peer has the file, and the kernel has let go of our memory")
server.close()

/** The runtime's own stream of a file. Each chunk has its own buffer, so it can be sent in place. */
async function streamOf(path: string): Promise<ReadableStream<Uint8Array>> {
  // Declared here, because this file is type-checked for both runtimes.
  const { Bun, Deno } = globalThis as unknown as Runtimes
  return Bun !== undefined ? Bun.file(path).stream() : (await Deno.open(path)).readable
}

interface Runtimes {
  readonly Bun?: { file(path: string): { stream(): ReadableStream<Uint8Array> } }
  readonly Deno: { open(path: string): Promise<{ readonly readable: ReadableStream<Uint8Array> }> }
}
