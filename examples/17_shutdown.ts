// deno-lint-ignore-file no-console
/**
 * A server that looks after itself: a handler for each connection, a timeout for clients that read
 * nothing, and a shutdown that waits for those who are still being served. The clients are plain
 * `node:net` sockets: one reads everything, one reads nothing, and one never says what it wants.
 *
 * @module
 */
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { listen, type Socket, ZerowireError } from "zerowire"

const answer = new Uint8Array(64 * 1024 * 1024)
const errors: unknown[] = []
const stalled = Promise.withResolvers<void>()

const listener = await listen(
  {
    hostname: "127.0.0.1",
    port: 0,
    writeTimeout: 1000,
    onError(error) {
      if (error instanceof ZerowireError) console.log(`${error.reason._tag}: ${error.message}`)
      errors.push(error)
      stalled.resolve()
    },
  },
  // The socket is closed when this returns, and reset when it throws.
  async (socket: Socket) => {
    for await (const _ of socket.readable.values({ preventCancel: true })) break
    await socket.writable.getWriter().write(answer)
  },
)

const { port } = listener.addr
const [reading, silent, mute] = [dial(), dial(), dial()]
for (const client of [reading, silent]) client.write("please")
let received = 0
reading.on("data", ({ length }) => received += length)
await once(reading, "end")
reading.end()
assert.equal(received, answer.byteLength)

await stalled.promise
const [error] = errors
assert.ok(error instanceof ZerowireError && error.reason._tag === "TimedOut")
assert.equal(error.reason.option, "writeTimeout")

while (listener.connections.length > 1) await new Promise((resolve) => setTimeout(resolve, 5))
const report = await listener.shutdown({ deadline: 500 })
console.log(
  `Shut down: ${report.closed} connections ended by themselves, ${report.reset} were reset`,
)
assert.equal(report.reset, 1)
assert.equal(listener.connections.length, 0)
for (const client of [silent, mute]) client.destroy()

function dial() {
  return connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {})
}
