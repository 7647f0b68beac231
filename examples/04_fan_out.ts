// deno-lint-ignore-file no-console
/**
 * One body to a hundred peers. Each socket sends it from the same memory: with `ownership: "borrow"`
 * chunks are neither taken nor copied before they are sent. In return nobody may write to the body until
 * every socket has released it, which is when `close()` resolves.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomFillSync } from "node:crypto"
import { connect } from "node:net"
import { listen, type Socket } from "zerowire"

const peers = 100
const body = randomFillSync(new Uint8Array(1024 * 1024))
const expected = sha256(body)

async function send(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  // The same chunk, not small slices of it: small chunks are gathered, which copies them.
  await writer.write(body)
  await writer.close()
  await socket.close()
  assert.equal(socket.stats().held, 0)
}

const listener = await listen({ hostname: "127.0.0.1", port: 0, ownership: "borrow" })
const received = Array.from({ length: peers }, () => receive(listener.addr.port))

const sent: Promise<void>[] = []
for await (const socket of listener) {
  sent.push(send(socket))
  if (sent.length === peers) break // which closes the listener
}
await Promise.all(sent)

// From here on the body may be changed: no socket reads it any longer.
assert.equal(body.byteLength, 1024 * 1024)
body.fill(0)

for (const hash of await Promise.all(received)) assert.equal(hash, expected)
console.log(`${peers} peers have the same ${body.byteLength} bytes`)

async function receive(port: number): Promise<string> {
  const hash = createHash("sha256")
  for await (const part of connect(port, "127.0.0.1")) hash.update(part)
  return hash.digest("hex")
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
