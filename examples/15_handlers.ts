// deno-lint-ignore-file no-console
/**
 * A small protocol with handlers: a store whose clients send lines, `set KEY VALUE`, `get KEY` or
 * `dump KEY`, and get an answer for each. No promise stands between a request and its answer. Several
 * requests may come in one packet, and a request in several.
 *
 * A long value is answered by a stream: `writable` works on the same socket, in the order of the calls.
 *
 * @module
 */
import assert from "node:assert/strict"
import { connect, type DirectSocket, listen } from "zerowire"

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const store = new Map<string, string>()

const listener = await listen({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60_000,
  socket: {
    data(socket, bytes) {
      const end = bytes.lastIndexOf(newline) + 1
      // The rest of a request comes together with its beginning.
      if (end < bytes.byteLength) socket.unread(bytes.subarray(end))
      const requests = decoder.decode(bytes.subarray(0, end)).split("\n").slice(0, -1)
      for (const request of requests) answer(socket, request)
    },
    error: (_, error) => console.error(error),
  },
})

function answer(socket: DirectSocket, request: string): void {
  const [command, key, ...rest] = request.split(" ")
  if (command === "set") store.set(key, rest.join(" "))
  const value = command === "set" ? "ok" : store.get(key) ?? "?"
  if (command === "dump") {
    const writer = socket.writable.getWriter()
    writer.write(encoder.encode(`${value.repeat(1000)}\n`)).catch(console.error)
    writer.releaseLock()
  } else socket.write(encoder.encode(`${value}\n`))
}

const newline = 10
let received = ""
const closed = Promise.withResolvers<void>()
const client = await connect({
  port: listener.addr.port,
  socket: {
    data(_, bytes) {
      received += decoder.decode(bytes)
    },
    close: () => closed.resolve(),
  },
})
// Two requests and a half in one write.
client.write(encoder.encode("set name zerowire\nget name\nget na"))
await new Promise((resolve) => setTimeout(resolve, 20))
client.end(encoder.encode("me\ndump name\nget other\n"))
await closed.promise
listener.close()

const lines = received.split("\n")
assert.deepEqual(lines.slice(0, 3), ["ok", "zerowire", "zerowire"])
assert.equal(lines[3], "zerowire".repeat(1000))
assert.equal(lines[4], "?")
console.log(`${lines.length - 1} answers, the longest of ${lines[3].length} bytes`)
