// deno-lint-ignore-file no-console
/**
 * A relay: bytes from one connection go to another, in both directions, and each direction ends by
 * itself. Both peers are plain `node:net` sockets. The client sends a lot, and the server answers with
 * the SHA-256 of what it received.
 *
 * If both ends of a `pipeTo` are Zerowire sockets, the kernel moves the bytes (splice(2)), and they never
 * enter this process. That needs no option, and `stats().relayedBytes` counts them.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, connect as connectPlain, createServer } from "node:net"
import { connect, listen, type Socket } from "zerowire"

/** Relays everything until both sides have ended. */
async function relay(client: Socket, port: number): Promise<void> {
  const server = await connect({ port })
  try {
    // The end of a pipe sends a FIN to the other side, which can go on sending.
    await Promise.all([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ])
    // The kernel moved everything.
    for (const { relayedBytes, acceptedBytes } of [server.stats(), client.stats()]) {
      assert.equal(relayedBytes, acceptedBytes)
    }
    await Promise.all([client.close(), server.close()])
  } catch (failure) {
    // If one side fails, end the other one too.
    await Promise.all([client.abort(), server.abort()])
    throw failure
  }
}

const digester = createServer({ allowHalfOpen: true }, (peer) => {
  const hash = createHash("sha256")
  peer.on("data", (part) => hash.update(part))
  peer.on("end", () => peer.end(hash.digest("hex")))
})
digester.listen(0, "127.0.0.1")
await once(digester, "listening")

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const { port } = digester.address() as AddressInfo
const relayed = listener.accept().then((client) => relay(client, port))

const contents = randomBytes(32 * 1024 * 1024)
const client = connectPlain({
  host: "127.0.0.1",
  port: listener.addr.port,
  allowHalfOpen: true,
})
client.end(contents)
let answer = ""
for await (const part of client) answer += part

assert.equal(answer, createHash("sha256").update(contents).digest("hex"))
await relayed
console.log("The server got what the client sent, and the client got the answer")
listener.close()
digester.close()
