import assert from "node:assert/strict"
import { setImmediate } from "node:timers/promises"
import type { DirectSocket } from "../../src/mod.ts"
import { bytesOf, joined, Log, pair, pattern, streamOf, testOnBoth } from "./stage.ts"

testOnBoth("a write takes what there is room for, and `drain` asks for the rest", async (stage) => {
  const all = pattern(8_000_000)
  let sent = 0
  let refused = 0
  const go = (socket: DirectSocket): void => {
    while (sent < all.byteLength) {
      const part = all.subarray(sent, sent + 100_000)
      const n = socket.write(part)
      sent += n
      if (n === part.byteLength) continue
      refused++
      return
    }
    socket.end()
  }
  const log = new Log()
  const { server } = await pair(stage, log.handlers({ open: (socket) => socket.pause() }), {
    open: go,
    drain: go,
    data() {},
  })
  server.resume()
  await log.closed.promise
  assert.equal(log.bytes.byteLength, all.byteLength)
  assert.deepEqual(log.bytes, all)
  assert.ok(refused > 0, "a peer that takes nothing leaves no room")
})

testOnBoth("the memory of a write may change when it returns", async (stage) => {
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), { data() {} })
  let expected: Uint8Array = new Uint8Array()
  for (const length of [10, 5000, 20_000, 300_000]) {
    const bytes = pattern(length, length)
    const taken = client.write(bytes)
    expected = joined(expected, pattern(length, length).subarray(0, taken))
    bytes.fill(0)
  }
  client.end(bytesOf("end"))
  await log.closed.promise
  assert.deepEqual(log.bytes, joined(expected, bytesOf("end")))
})

testOnBoth("bytes leave in the order of the calls, whichever they are", async (stage) => {
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), { data() {} })
  const writer = client.writable.getWriter()
  client.write(bytesOf("a"))
  writer.write(bytesOf("b")).catch(() => {})
  client.write(bytesOf("c"))
  const streamed = client.sendFrom(streamOf(bytesOf("d")))
  client.write(bytesOf("e"))
  writer.write(bytesOf("f")).catch(() => {})
  client.write(bytesOf("g"))
  const lease = await stage.slab?.().lease()
  if (lease !== undefined) {
    lease.bytes.set(bytesOf("h"))
    client.send(lease, 1)
  } else client.write(bytesOf("h"))
  client.write(bytesOf("i"))
  await setImmediate()
  client.write(bytesOf("j"))
  await streamed
  client.end(bytesOf("k"))
  await log.closed.promise
  assert.equal(log.text, "abcdefghijk")
})

testOnBoth("what many writes of one turn have sent arrives whole", async (stage) => {
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), { data() {} })
  const all = pattern(200_000)
  for (let from = 0; from < all.byteLength; from += 1000) {
    assert.equal(client.write(all.subarray(from, from + 1000)), 1000)
  }
  client.end()
  await log.closed.promise
  assert.deepEqual(log.bytes, all)
})

testOnBoth("nothing can be written after the end", async (stage) => {
  const log = new Log()
  const { client } = await pair(stage, log.handlers(), new Log().handlers())
  client.end(bytesOf("bye"))
  assert.throws(() => client.write(bytesOf("more")), { name: "ZerowireError", message: /send/ })
  assert.throws(() => client.end(bytesOf("more")), { name: "ZerowireError" })
  client.end()
  await log.closed.promise
  assert.equal(log.text, "bye")
})

testOnBoth("with `allowHalfOpen` an answer can follow the peer's end", async (stage) => {
  const asked = new Log()
  const answered = new Log()
  const { client } = await pair(
    stage,
    asked.handlers({ end: (socket) => socket.end(joined(asked.bytes, bytesOf("!"))) }),
    answered.handlers(),
    { allowHalfOpen: true },
  )
  client.end(bytesOf("question"))
  await asked.closed.promise
  await answered.closed.promise
  assert.equal(answered.text, "question!")
})
