import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { logTo, run } from "../../test/effect_program.ts"
import {
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
  streamOf,
} from "../../test/plain_peer.ts"
import { connect, lease, makeSlab, metrics, sendFile, sendFrom, sendLease } from "../effect.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-effect-"))
after(() => rmSync(folder, { recursive: true }))
const contents = pattern(20_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)

test("leases, a file and a stream arrive in order, and the slab ends with its scope", async () => {
  await using server = await PlainServer.open()
  const received = server.accepted().then(receiveAll)
  const slab = await run(Effect.gen(function* () {
    const slab = yield* makeSlab({ slots: 2 })
    const socket = yield* connect({ port: server.port })
    for (let i = 0; i < 5; i++) {
      const slot = yield* lease(slab)
      slot.bytes.set(pattern(50_000, i))
      const { accepted } = yield* sendLease(socket, slot, 50_000)
      yield* accepted
    }
    assert.equal(
      yield* sendFile(socket, pathToFileURL(path), { start: 5, end: 1_000_000 }),
      999_995,
    )
    assert.equal(yield* sendFrom(socket, streamOf([pattern(70_000, 9)])), 70_000)
    assert.equal((yield* Metric.value(metrics.fileBytes)).count, 999_995)
    return slab
  }))
  const parts = [0, 1, 2, 3, 4].map((i) => pattern(50_000, i))
  const expected = joined([...parts, contents.subarray(5, 1_000_000), pattern(70_000, 9)])
  assert.equal(sha256(await received), sha256(expected))
  assert.throws(() => slab.leaseNow(), /closed/)
})

test("an unsent lease returns to its slab when its scope closes", () =>
  run(Effect.gen(function* () {
    const slab = yield* makeSlab({ slots: 1 })
    yield* Effect.scoped(lease(slab))
    assert.equal(slab.leased, 0)
    // An interrupted wait takes no slot.
    const held = slab.leaseNow()
    const waiting = yield* Effect.forkChild(Effect.scoped(lease(slab)), { startImmediately: true })
    yield* Fiber.interrupt(waiting)
    held?.giveBack()
    assert.equal(slab.leased, 0)
  })))

test("a slab may end before the socket that sends from it", async () => {
  await using server = await PlainServer.open()
  const received = server.accepted().then(receiveAll)
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port, zerocopy: "always" })
    yield* Effect.scoped(Effect.gen(function* () {
      const slab = yield* makeSlab({ slots: 3 })
      const slot = yield* lease(slab)
      slot.bytes.set(pattern(60_000))
      yield* sendLease(socket, slot, 60_000)
    }))
  }))
  assert.equal(sha256(await received), sha256(pattern(60_000)))
})

test("failures are typed, mistakes are defects", async () => {
  await using server = await PlainServer.open()
  server.accepted().then(receiveAll).catch(() => {})
  await run(Effect.gen(function* () {
    const socket = yield* connect({ port: server.port })
    const missing = yield* Effect.flip(sendFile(socket, join(folder, "nothing")))
    assert.ok(missing.reason._tag === "FileFailed" && missing.reason.code === "ENOENT")
    const failing = new ReadableStream({ start: (controller) => controller.error(new Error("x")) })
    const failed = yield* Effect.flip(sendFrom(socket, failing))
    assert.equal(failed.reason._tag, "SourceFailed")
    for (const mistake of [sendFile(socket, ""), sendFile(socket, path, { start: -1 })]) {
      const exit = yield* Effect.exit(mistake)
      assert.ok(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    }
    const locked = streamOf([pattern(1)])
    locked.getReader()
    const exit = yield* Effect.exit(sendFrom(socket, locked))
    assert.ok(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
  }))
})

test("interruption stops a file and a stream; bytes already taken are still sent", async () => {
  for (const which of ["file", "stream"]) {
    await using server = await PlainServer.open()
    const lines: string[] = []
    const cancelled = Promise.withResolvers<unknown>()
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
      cancel: cancelled.resolve,
    })
    const peer = server.accepted()
    await run(
      Effect.gen(function* () {
        const socket = yield* connect({ port: server.port })
        const sending = which === "file" ? sendFile(socket, path) : sendFrom(socket, endless)
        const fiber = yield* Effect.forkChild(sending, { startImmediately: true })
        while (socket.stats().acceptedBytes === 0) yield* Effect.sleep(1)
        yield* Fiber.interrupt(fiber)
        const { acceptedBytes } = socket.stats()
        assert.ok(acceptedBytes > 0)
        const next = yield* Effect.exit(sendFile(socket, path, { end: 1 }).pipe(Effect.timeout(50)))
        if (which === "file") assert.ok(Exit.isFailure(next), "something went behind the gap")
        else assert.equal(yield* Effect.promise(() => cancelled.promise), "interrupted")
        void peer.then((peer) => peer.destroy())
      }).pipe(logTo(lines)),
    )
  }
})
