import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { everything, movedBy, type Relays, watchRelays } from "../../../test/watched_relays.ts"
import { errno } from "../../kernel/port.ts"
import { connect, listen } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { insideOf } from "../socket.ts"
import { RelayPace } from "./relay_pace.ts"

const contents = pattern(20_000_000)

test(
  "Linux relays by a courier, and a signal takes back what the pipe holds",
  { timeout: 60_000 },
  async () => {
    await asProcess(async (calls) => {
      await using server = await PlainServer.open()
      await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
      await using feeder = await connect({ port: listener.addr.port })
      await using from = await listener.accept()
      await using to = await connect({ port: server.port })
      const peer = await server.accepted()
      const feeding = streamOf(contents).pipeTo(feeder.writable)
      const abort = new AbortController()
      const options = { signal: abort.signal, preventAbort: true, preventCancel: true }
      const stopped = assert.rejects(from.readable.pipeTo(to.writable, options), /enough/)
      // The peer takes nothing yet, so the courier waits.
      while (calls.length === 0) await setTimeout(1)
      await setTimeout(10)
      abort.abort(new Error("enough"))
      await stopped
      const received = receiveAll(peer)
      await from.readable.pipeTo(to.writable)
      await feeding
      assert.equal(sha256(await received), sha256(contents))
      assert.ok(movedBy(calls) > 0)
    })
  },
)

test("a source that a courier finds reset on Linux fails the pipe with its errno", {
  timeout: 60_000,
}, async () => {
  await asProcess(async (calls) => {
    await using sink = await listen({ hostname: "127.0.0.1", port: 0 })
    await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
    await using from = await connect({ port: listener.addr.port })
    await using to = await connect({ port: sink.addr.port })
    await using peer = await sink.accept()
    const source = await listener.accept()
    // A courier that has nothing to do for a while returns, and the reset that comes next is found here. So the
    // reset is there before the courier is.
    beforeRelay = () => {
      const { kernel } = defaultStack()
      kernel.disconnect(insideOf(source).connection.fd)
      while (kernel.peerAddress(insideOf(from).connection.fd) !== undefined);
    }
    await source.writable.getWriter().write(new TextEncoder().encode("some"))
    await assert.rejects(from.readable.pipeTo(to.writable), /ECONNRESET/)
    assert.deepEqual(calls.map((call) => call?.receiveError), [errno.ECONNRESET])
    await assert.rejects(everything(peer.readable), /ECONNRESET/)
    await source.abort()
  })
})

/**
 * Runs `body` as if this isolate ended with its process, unlike those of Deno's tests, and as if every relay
 * were busy: how fast this machine is says nothing here.
 */
async function asProcess(body: (calls: Relays) => Promise<void>): Promise<void> {
  const { kernel } = defaultStack()
  const { isolateEnd } = kernel
  // Couriers stay in the stack's pool.
  const calls = watchedOnLinux ??= watchRelays(kernel, () => beforeRelay())
  calls.length = 0
  Object.assign(kernel, { isolateEnd: "process" })
  const busy = Object.getOwnPropertyDescriptor(RelayPace.prototype, "busy") as PropertyDescriptor
  Object.defineProperty(RelayPace.prototype, "busy", { ...busy, get: () => true })
  try {
    await body(calls)
  } finally {
    beforeRelay = () => {}
    Object.assign(kernel, { isolateEnd })
    Object.defineProperty(RelayPace.prototype, "busy", busy)
  }
}

const streamOf = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream()

let beforeRelay: () => void = () => {}
let watchedOnLinux: Relays | undefined
