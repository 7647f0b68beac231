// deno-lint-ignore-file no-console
/**
 * A file is piped to a socket: the kernel moves it, and no byte comes into this process. Half of it goes,
 * somebody stops it, and the same stream goes on from there.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, fileStream, listen } from "zerowire"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
using cleanup = new DisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true }))
const path = join(folder, "film")
const film = randomBytes(48 * 1024 * 1024)
writeFileSync(path, film)

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const received = (async () => {
  await using socket = await listener.accept()
  const hash = createHash("sha256")
  for await (const part of socket.readable) hash.update(part)
  return hash.digest("hex")
})()

const socket = await connect({ port: listener.addr.port })
const stream = fileStream(path)
const stop = new AbortController()
const stopped = stream.pipeTo(socket.writable, {
  signal: stop.signal,
  preventAbort: true, // the socket stays open,
  preventCancel: true, // and the stream, behind the last byte that the kernel has accepted
}).catch((reason) => reason)
while (socket.stats().fileBytes === 0) await new Promise((resolve) => setTimeout(resolve, 1))
stop.abort("a pause")
console.log(`Stopped for ${await stopped}, after ${socket.stats().fileBytes} bytes`)

await stream.pipeTo(socket.writable)
await socket.close()
listener.close()
const { fileBytes, copiedBytes } = socket.stats()
assert.deepEqual([fileBytes, copiedBytes], [film.byteLength, 0])
assert.equal(await received, createHash("sha256").update(film).digest("hex"))
console.log(`Sent ${fileBytes} bytes of a file, and none was read here`)
