// deno-lint-ignore-file no-console
/**
 * One stream to two peers, with `tee()`. Both branches get the same chunks, so the first socket would
 * take a chunk away from the second, which then fails. The cure is another ownership:
 *
 * - `"borrow"` for both, if the producer creates a new buffer for each chunk and does not reuse it:
 *   nothing is copied, and nobody writes to bytes in flight
 * - `"copy"` for both, if the producer reuses its buffer
 *
 * Setting it for only one is not enough, because the other may come first. A byte stream
 * (`Blob.stream()`, for example) needs no cure, because its `tee()` copies every chunk.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, createServer, type Socket as PlainSocket } from "node:net"
import { connect, type Ownership } from "zerowire"

const blocks = Array.from({ length: 64 }, () => randomBytes(256 * 1024))
const expected = createHash("sha256")
for (const block of blocks) expected.update(block)
const digest = expected.digest("hex")

/** Sends to a new peer, and returns the SHA-256 of what it received. */
async function send(branch: ReadableStream<Uint8Array>, ownership: Ownership): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const accepted = once(server, "connection")
  const socket = await connect({ port: (server.address() as AddressInfo).port, ownership })
  const [peer] = await accepted
  const received = receive(peer)
  // A reset may come before anybody waits for what was received.
  received.catch(() => {})
  server.close()
  try {
    await branch.pipeTo(socket.writable)
  } catch (failure) {
    // A FIN would tell the peer that it has everything. The reset tells it the truth.
    await assert.rejects(received, /ECONNRESET/)
    throw failure
  } finally {
    await socket.close()
  }
  return await received
}

async function receive(peer: PlainSocket): Promise<string> {
  const hash = createHash("sha256")
  for await (const part of peer) hash.update(part)
  return hash.digest("hex")
}

function sendTwice(ownership: Ownership): Promise<PromiseSettledResult<string>[]> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const block of blocks) controller.enqueue(new Uint8Array(block))
      controller.close()
    },
  })
  return Promise.allSettled(source.tee().map((branch) => send(branch, ownership)))
}

const failed = (await sendTwice("auto")).find(({ status }) => status === "rejected")
assert.ok(failed?.status === "rejected")
assert.match(`${failed.reason}`, /TypeError: Cannot send a detached chunk.*tee\(\)/)
console.log(`As expected: ${failed.reason}`)

for (const cure of ["borrow", "copy"] as const) {
  const both = { status: "fulfilled", value: digest }
  assert.deepEqual(await sendTwice(cure), [both, both])
  console.log(`With "${cure}" both peers have everything`)
}
