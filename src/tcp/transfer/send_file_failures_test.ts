import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { failureOf } from "../../../test/failure.ts"
import { dial, ending, pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { connect, listen, sendFile, ZerowireError } from "../../mod.ts"
import { simulate } from "../../testing.ts"
import { movedBytes } from "../../../test/libc.ts"
import { untilClosed } from "../../../test/descriptors.ts"
import { contents, folder, path, sending } from "../../../test/sent_file.ts"

test("a file that shrinks under way fails with what was sent, and nothing goes behind the gap", async () => {
  const shrinking = join(folder, "shrinking")
  writeFileSync(shrinking, pattern(30_000_000))
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port })
  const peer = await server.accepted()
  const failing = sendFile(socket, shrinking)
  while (movedBytes(socket.stats()) === 0) await setTimeout(1)
  truncateSync(shrinking, 4096)
  const written = socket.writable.getWriter().write(new Uint8Array(10)).catch(() => {})
  let seen = 0
  peer.on("data", (bytes: Uint8Array) => seen += bytes.byteLength)
  const ended = ending(peer)
  const { reason } = await failureOf(failing)
  assert.ok(reason._tag === "FileFailed" && reason.code === "SHRUNK", reason.message)
  assert.ok(reason.sentBytes > 0 && reason.sentBytes < 30_000_000)
  assert.equal(reason.rangeBytes, 30_000_000)
  assert.equal(reason.sentBytes, socket.stats().acceptedBytes)
  await written
  const next = await failureOf(sendFile(socket, path))
  assert.equal(next.reason._tag, "Aborted")
  assert.equal((next.cause as ZerowireError).reason, reason)
  assert.equal(await ended, "reset")
  await socket.close()
  assert.ok(seen <= reason.sentBytes)
  await untilClosed(shrinking)
})

test("a file that cannot be sent is refused by name, and the socket stays as it was", async () => {
  const fifo = join(folder, "fifo")
  execFileSync("mkfifo", [fifo])
  const cases: [string, string, object?][] = [
    [join(folder, "nothing"), "ENOENT"],
    [join(path, "below"), "ENOTDIR"],
    [folder, "EISDIR"],
    [fifo, "NOT_A_FILE"],
    ["/dev/zero", "NOT_A_FILE"],
    [path, "PAST_END", { end: 5_000_001 }],
    [path, "PAST_END", { start: 5_000_001 }],
  ]
  const { received } = await sending(async (socket) => {
    for (const [path, code, range] of cases) {
      const { reason } = await failureOf(sendFile(socket, path, range))
      assert.ok(reason._tag === "FileFailed", reason.message)
      assert.deepEqual([reason.code, reason.path, reason.sentBytes], [code, path, 0])
    }
    for (const range of [{ start: 2, end: 1 }, { start: -1 }, { end: 1.5 }, { start: NaN }]) {
      await assert.rejects(sendFile(socket, path, range), RangeError)
    }
    for (const path of ["", "a\0b", 7, undefined]) {
      await assert.rejects(sendFile(socket, path as string), TypeError)
    }
    assert.equal(await sendFile(socket, path, { end: 5 }), 5)
  })
  assert.deepEqual(received, contents.slice(0, 5))
  await untilClosed(path)
})

test("a closed socket refuses a file, and an aborted one reports the abort", async () => {
  await using server = await PlainServer.open()
  const closed = await connect({ port: server.port })
  await closed.close()
  assert.equal((await failureOf(sendFile(closed, path))).reason._tag, "SocketClosed")
  const aborted = await connect({ port: server.port })
  const sent = failureOf(sendFile(aborted, path))
  while (movedBytes(aborted.stats()) === 0) await setTimeout(1)
  await aborted.abort()
  assert.equal((await sent).reason._tag, "Aborted")
  await untilClosed(path)
})

test("a reset during a file fails only that peer, and the others get the whole file", async () => {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  // More than buffers take before the reset is noticed.
  const larger = join(folder, "larger")
  writeFileSync(larger, new Uint8Array(30_000_000))
  const sums: Promise<Uint8Array>[] = []
  const outcomes: Promise<unknown>[] = []
  for (let i = 0; i < 10; i++) {
    const peer = await dial(listener.addr.port)
    const socket = await listener.accept()
    const sent = sendFile(socket, i % 2 === 0 ? path : larger)
    if (i % 2 === 0) sums.push(receiveAll(peer))
    else peer.once("data", () => peer.resetAndDestroy())
    outcomes.push(
      sent.then(() => socket.closeWrite(), (failure) => failure.reason._tag)
        .finally(() => i % 2 === 0 ? sums[i / 2].finally(() => peer.end()) : undefined)
        .finally(() => socket.close().catch(() => {})),
    )
  }
  const ends = await Promise.all(outcomes)
  assert.ok(
    ends.every((end, i) => end === (i % 2 === 0 ? undefined : "ConnectionLost")),
    `${ends}`,
  )
  for (const received of sums) assert.equal(sha256(await received), sha256(contents))
  listener.close()
  await untilClosed(path)
  await untilClosed(larger)
})

test("a signal stops it, and the error says how much was sent", async () => {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port })
  const peer = await server.accepted()
  const large = join(folder, "large")
  writeFileSync(large, pattern(30_000_000))
  const controller = new AbortController()
  const reason = new Error("enough")
  const stopped = failureOf(sendFile(socket, large, { signal: controller.signal }))
  while (movedBytes(socket.stats()) === 0) await setTimeout(1)
  // A peer that is reset before anybody listens for it reports nothing.
  const ended = ending(peer)
  controller.abort(reason)
  const error = await stopped
  assert.equal(error.cause, reason)
  assert.ok(error.reason._tag === "TransferStopped")
  assert.equal(error.reason.sentBytes, socket.stats().acceptedBytes)
  assert.ok(error.reason.sentBytes > 0)
  assert.equal(await ended, "reset")
  await socket.close()
  await untilClosed(large)
})

test("a signal before anything is queued, or after everything is sent, does not affect the socket", async () => {
  const { received } = await sending(async (socket) => {
    const before = await failureOf(sendFile(socket, path, { signal: AbortSignal.abort("no") }))
    assert.ok(before.reason._tag === "TransferStopped")
    assert.equal(before.reason.sentBytes, 0)
    const controller = new AbortController()
    assert.equal(await sendFile(socket, path, { end: 9, signal: controller.signal }), 9)
    controller.abort()
    assert.equal(await sendFile(socket, path, { start: 9 }), 4_999_991)
  })
  assert.equal(sha256(received), sha256(contents))
})

test("the simulated kernel has no files, and says so", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect(peer)
    const error = await failureOf(sendFile(socket, path))
    assert.equal(error.reason._tag, "Unsupported")
    await socket.close()
  })
})
