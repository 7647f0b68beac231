// deno-lint-ignore-file no-console
/**
 * Receives a file from a plain `node:net` socket and writes it to disk, with one buffer for all of it.
 * Receiving copies, as everywhere; the buffer is filled in place.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { listen, type Socket } from "zerowire"

/** Writes the peer's bytes to a file until its FIN, and returns their number. */
async function receive(socket: Socket, path: string): Promise<number> {
  const file = await open(path, "w")
  const reader = socket.readable.getReader({ mode: "byob" })
  let buffer = new ArrayBuffer(256 * 1024)
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done) return bytes
      for (let written = 0; written < value.byteLength;) {
        written += (await file.write(value, written)).bytesWritten
      }
      bytes += value.byteLength
      // The stream has detached the buffer, and returns its memory as a new one.
      buffer = value.buffer
    }
  } finally {
    await file.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
using cleanup = new DisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true }))
const path = join(folder, "received")
const contents = randomBytes(32 * 1024 * 1024)

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
connect(listener.addr.port, "127.0.0.1").end(contents)

const socket = await listener.accept()
const bytes = await receive(socket, path)
await socket.close()
listener.close()

assert.equal(bytes, contents.byteLength)
assert.equal(sha256(readFileSync(path)), sha256(contents))
console.log(`Received ${bytes} bytes, and they are the right ones`)

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
