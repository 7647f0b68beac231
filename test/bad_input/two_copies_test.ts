/**
 * Two copies of the package in one process, as with two versions in `node_modules`. Only its own copy can
 * access the private members of a socket: the other copy delegates to it, or says what is wrong and where
 * both were loaded from.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import * as effect from "../../src/effect.ts"
import { connect, createSlab, sendFile, type Socket, takeOver } from "../../src/mod.ts"
import { connected } from "../connected.ts"
import { run } from "../effect_program.ts"
import { pattern, PlainServer, type PlainSocket, receiveAll, sha256 } from "../plain_peer.ts"
import { secondCopy } from "../second_copy.ts"

const second = await secondCopy()
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
const file = join(folder, "file.bin")
writeFileSync(file, pattern(100_000))

after(() => {
  second[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

test("the second copy is separate", () => {
  assert.notEqual(second.zerowire.connect, connect)
})

/** A socket of the second copy, and its peer. */
async function withForeign(
  body: (socket: Socket, peer: PlainSocket) => Promise<void>,
  zerocopy: "auto" | "never" = "auto",
): Promise<void> {
  await using server = await PlainServer.open()
  await using socket = await second.zerowire.connect({ port: server.port, zerocopy })
  await body(socket as unknown as Socket, await server.accepted())
}

/** What a message must contain: what exists twice, where both are, and how to find out. */
function saysSo(failure: unknown, name: string): true {
  assert.ok(failure instanceof TypeError, String(failure))
  const { message } = failure
  assert.ok(message.includes(`the ${name} belongs to another copy of zerowire`), message)
  assert.ok(message.includes(pathToFileURL(second.folder).href), message)
  assert.ok(message.includes(new URL("../../src/", import.meta.url).href), message)
  assert.match(message, /npm ls zerowire/)
  return true
}

test("sendFile to a socket of another copy is done by that copy", async () => {
  // A socket that has the method does it by itself.
  const { Socket, sendFile: theirs } = second.zerowire
  const prototype = Socket.prototype as unknown as Record<string, unknown>
  prototype.sendFile ??= function (this: never, ...rest: [string, object]) {
    return theirs(this, ...rest)
  }
  await withForeign(async (socket, peer) => {
    const received = receiveAll(peer)
    assert.equal(await sendFile(socket, file, { start: 10, end: 90_000 }), 89_990)
    await assert.rejects(sendFile(socket, file, { offset: 1 } as never), /no option "offset"/)
    await socket.closeWrite()
    assert.equal(sha256(await received), sha256(pattern(100_000).subarray(10, 90_000)))
  })
})

test("sendFile to a socket of another copy that cannot do it says that there are two", async () => {
  await withForeign(async (socket) => {
    Object.defineProperty(socket, "sendFile", { value: undefined })
    await assert.rejects(sendFile(socket, file), (failure) => saysSo(failure, "Socket"))
  })
})

test("a lease of another copy is not sent, and stays with its holder", async () => {
  using slab = second.zerowire.createSlab({ slots: 1 })
  await connected({}, async (socket) => {
    const lease = await slab.lease()
    assert.throws(() => socket.send(lease), (failure) => saysSo(failure, "Lease"))
    assert.equal(lease.state, "writable")
    lease.giveBack()
  })
})

test("a lease of this copy is not sent by a socket of another one", async () => {
  using slab = createSlab({ slots: 1 })
  await withForeign(async (socket) => {
    const lease = await slab.lease()
    assert.throws(() => socket.send(lease), /the Lease belongs to another copy of zerowire/)
    lease.giveBack()
    await socket.abort()
  })
})

for (const zerocopy of ["auto", "never"] as const) {
  test(`a socket of another copy is not taken over (zerocopy: "${zerocopy}")`, async () => {
    await withForeign(async (socket, peer) => {
      const received = receiveAll(peer)
      await assert.rejects(takeOver(socket), (failure) => {
        assert.match(
          (failure as Error).message,
          /^Cannot take over a Socket of zerowire: it is already one/,
        )
        return saysSo(failure, "Socket")
      })
      await socket.writable.getWriter().write(pattern(10))
      await socket.closeWrite()
      assert.deepEqual(await received, pattern(10))
    }, zerocopy)
  })
}

const uses: Readonly<Record<string, (socket: Socket) => Effect.Effect<unknown, unknown>>> = {
  sink: (socket) => Stream.run(Stream.make(pattern(10)), effect.sink(socket)),
  stream: (socket) => Stream.runDrain(effect.stream(socket)),
  sendFrom: (socket) => effect.sendFrom(socket, new ReadableStream()),
  sendFile: (socket) => effect.sendFile(socket, file),
  sendLease: (socket) => effect.sendLease(socket, {} as effect.Lease),
  closeWrite: effect.closeWrite,
  close: effect.close,
  abort: effect.abort,
  takeOver: (socket) => Effect.scoped(effect.takeOver(socket)),
}
for (const [name, use] of Object.entries(uses)) {
  test(`${name} of zerowire/effect with a socket of another copy is a defect that says so`, async () => {
    await withForeign(async (socket) => {
      const exit = await Effect.runPromiseExit(use(socket))
      assert.ok(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      saysSo(Cause.squash(exit.cause), "Socket")
    })
  })
}

test("the figures of both copies are added up, whichever counted first", async () => {
  await using server = await PlainServer.open()
  const figures = Effect.all({
    opened: Metric.value(effect.metrics.openedSockets),
    open: Metric.value(effect.metrics.openSockets),
  })
  const open = (copy: typeof effect) => Effect.scoped(copy.connect({ port: server.port }))
  const both = [effect, second.effect as unknown as typeof effect]
  for (const [one, other] of [both, both.toReversed()]) {
    const program = Effect.gen(function* () {
      yield* one.connect({ port: server.port })
      yield* open(other)
      yield* open(one)
      return yield* figures
    })
    const { opened, open: still } = await run(program)
    assert.deepEqual([opened.count, still.value], [3, 1])
  }
})

test("streams of sockets of two copies are piped into each other", async () => {
  await withForeign(async (foreign, theirPeer) => {
    await connected({}, async (socket, peer) => {
      const received = receiveAll(peer)
      theirPeer.end(pattern(3_000_000))
      await foreign.readable.pipeTo(socket.writable)
      assert.equal(sha256(await received), sha256(pattern(3_000_000)))
    })
  })
})
