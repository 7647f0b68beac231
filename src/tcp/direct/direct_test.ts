import assert from "node:assert/strict"
import { test } from "node:test"
import { connect, type DirectSocket, listen } from "../../mod.ts"

test("what the peer sends comes to `data`, and what it writes goes back", async () => {
  const log: string[] = []
  const closed = Promise.withResolvers<void>()
  await using listener = await listen<number>({
    hostname: "127.0.0.1",
    port: 0,
    data: 7,
    socket: {
      open: (socket) => void log.push(`open ${socket.data}`),
      data(socket, bytes) {
        log.push(`data ${text(bytes)}`)
        assert.equal(socket.write(bytes), bytes.byteLength)
      },
      end: () => void log.push("end"),
      close: (_, error) => {
        log.push(`close ${error?.message ?? ""}`)
        closed.resolve()
      },
    },
  })
  const answered = Promise.withResolvers<string>()
  const gone = Promise.withResolvers<void>()
  const socket = await connect({
    hostname: "127.0.0.1",
    port: listener.addr.port,
    socket: {
      open: (socket: DirectSocket) => void socket.write(bytesOf("hello")),
      data: (_, bytes) => answered.resolve(text(bytes)),
      close: () => gone.resolve(),
    },
  })
  assert.equal(await answered.promise, "hello")
  socket.end()
  await closed.promise
  await gone.promise
  assert.deepEqual(log, ["open 7", "data hello", "end", "close "])
})

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
