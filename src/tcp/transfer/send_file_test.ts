import assert from "node:assert/strict"
import { closeSync, ftruncateSync, openSync, truncateSync, writeSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { failureOf } from "../../../test/failure.ts"
import { runWithFiles } from "../../../test/simulated_files.ts"
import { joined, pattern, PlainServer, sha256, streamOf } from "../../../test/plain_peer.ts"
import { connect, fileStream, sendFile } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { insideOf } from "../socket.ts"
import { FileSource } from "./file_source.ts"
import { simulate } from "../../testing.ts"
import { needsLibc } from "../../../test/libc.ts"
import { untilClosed } from "../../../test/descriptors.ts"
import { contents, folder, path, sending } from "../../../test/sent_file.ts"

test("a file arrives whole, and counts as neither copied nor pinned", needsLibc, async () => {
  const { received, socket } = await sending(async (socket) => {
    assert.equal(await sendFile(socket, path), contents.byteLength)
  })
  assert.equal(sha256(received), sha256(contents))
  const { acceptedBytes, fileBytes, copiedBytes, held, zerocopy: { sends: zerocopySends } } = socket
    .stats()
  assert.equal(fileBytes, contents.byteLength)
  assert.deepEqual([acceptedBytes, copiedBytes, zerocopySends, held], [fileBytes, 0, 0, 0])
  await untilClosed(path)
})

test("a range includes its start and excludes its end, down to one byte and to none", async () => {
  const ranges = [[0, 1], [4096, 4097], [4_999_999, 5_000_000], [17, 17], [4095, 70_001]]
  const { received } = await sending(async (socket) => {
    for (const [start, end] of ranges) {
      assert.equal(await sendFile(socket, path, { start, end }), end - start)
    }
    assert.equal(await sendFile(socket, path, { start: 4_999_000 }), 1000)
  })
  const parts = [...ranges, [4_999_000, 5_000_000]].map(([from, to]) => contents.subarray(from, to))
  assert.equal(sha256(received), sha256(joined(parts)))
})

test("bytes written before and after a file stay before and after it", async () => {
  const chunks = [pattern(3, 2), pattern(2_000_000, 3), pattern(40_000, 4)]
  const expected = joined([chunks[0], chunks[1], contents, chunks[2], contents, chunks[0]])
  const [a, b, c, d] = [chunks[0], chunks[1], chunks[2], chunks[0]].map((chunk) => chunk.slice())
  const { received } = await sending(async (socket) => {
    const writer = socket.writable.getWriter()
    const writes = [writer.write(a), writer.write(b)]
    await sendFile(socket, path)
    writes.push(writer.write(c))
    const sent = sendFile(socket, path)
    await sent
    writes.push(writer.write(d))
    await Promise.all(writes)
  })
  assert.equal(sha256(received), sha256(expected))
})

test(
  "a file that waits for room goes behind what waits already, and before what comes then",
  needsLibc,
  async () => {
    const [before, after] = [pattern(16_000_000, 8), pattern(100_000, 9)]
    const expected = sha256(joined([before, contents, after]))
    const { received } = await sending(async (socket, start) => {
      const writer = socket.writable.getWriter()
      const writes = [writer.write(before)]
      while (socket.stats().refusals === 0) await setTimeout(1)
      const { queuedBytes } = socket.stats()
      const sent = sendFile(socket, path)
      while (socket.stats().queuedBytes < queuedBytes + contents.byteLength) await setTimeout(1)
      // Each in its own turn, so that the stream does not delay it.
      writes.push(socket.sendFrom(streamOf([after])).then(() => {}))
      while (socket.stats().queuedBytes < queuedBytes + contents.byteLength + 100_000) {
        await setTimeout(1)
      }
      start()
      await Promise.all([sent, ...writes])
    }, { waits: true })
    assert.equal(sha256(received), expected)
  },
)

test("files are sent in the order of the calls, even if the first takes longest to open", async () => {
  const { open: usual } = FileSource
  let opened = 0
  FileSource.open = async (...args) => {
    const file = await usual(...args)
    if (opened++ === 0) await setTimeout(50)
    return file
  }
  try {
    const { received } = await sending(async (socket) => {
      const first = sendFile(socket, path, { end: 2000 })
      const refused = failureOf(sendFile(socket, folder))
      const second = sendFile(socket, path, { start: 7000, end: 8000 })
      await Promise.all([first, refused, second])
    })
    assert.deepEqual(received, joined([contents.subarray(0, 2000), contents.subarray(7000, 8000)]))
  } finally {
    FileSource.open = usual
  }
})

test("offsets beyond 4 GiB are exact, and bytes that are not in memory are read first", async () => {
  const sparse = join(folder, "sparse")
  const offset = 5 * 1024 ** 3 + 12_345
  const fd = openSync(sparse, "w")
  ftruncateSync(fd, offset + 4_000_000)
  writeSync(fd, contents, 0, 100_000, offset)
  closeSync(fd)
  const { received } = await sending(async (socket) => {
    const range = { start: offset - 1_000_000, end: offset + 3_000_000 }
    assert.equal(await sendFile(socket, sparse, range), 4_000_000)
  })
  const expected = new Uint8Array(4_000_000)
  expected.set(contents.subarray(0, 100_000), 1_000_000)
  assert.equal(sha256(received), sha256(expected))
})

test(
  "if the kernel does not tell what is in memory, everything is read first",
  needsLibc,
  async () => {
    const { kernel } = defaultStack()
    const { cachedPages } = kernel
    let asked = 0
    kernel.cachedPages = () => -(++asked)
    try {
      const { received } = await sending((socket) => sendFile(socket, path))
      assert.equal(sha256(received), sha256(contents))
      assert.ok(asked >= 3)
    } finally {
      kernel.cachedPages = cachedPages
    }
  },
)

test(
  "a peer that takes a file as fast as it comes does not hold up the event loop",
  needsLibc,
  async () => {
    const endless = join(folder, "endless")
    closeSync(openSync(endless, "w"))
    truncateSync(endless, 2 ** 40)
    const { kernel } = defaultStack()
    const { sendFile: send, cachedPages } = kernel
    let calls = 0
    kernel.cachedPages = () => Infinity
    kernel.sendFile = (_fd, _file, _offset, count) => (calls++, count)
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port })
    try {
      const stopped = failureOf(sendFile(socket, endless))
      while (calls < 100) await setTimeout(1)
      await socket.abort()
      assert.equal((await stopped).reason._tag, "Aborted")
      assert.ok(socket.stats().fileBytes < 2 ** 40)
    } finally {
      Object.assign(kernel, { sendFile: send, cachedPages })
    }
  },
)

test(
  "a file that follows a courier's call never makes this thread wait for room",
  needsLibc,
  async () => {
    const { kernel } = defaultStack()
    const { startWaiting, stopWaiting, sendFile: send } = kernel
    const waiting = new Set<number>()
    let [couriers, calls, waits] = [0, 0, 0]
    kernel.startWaiting = (fd) => (couriers++, waiting.add(fd), startWaiting.call(kernel, fd))
    kernel.stopWaiting = (fd) => (waiting.delete(fd), stopWaiting.call(kernel, fd))
    kernel.sendFile = (fd, ...rest) => {
      calls++
      if (waiting.has(fd)) waits++
      return send.call(kernel, fd, ...rest)
    }
    try {
      const before = pattern(24_000_000)
      const few = 10_000
      const { received } = await sending(async (socket, start) => {
        const { queue, packer } = insideOf(socket).connection
        for (let at = 0; at < before.byteLength; at += 1_000_000) {
          packer.write(before.slice(at, at + 1_000_000))
        }
        // A longer rest would go by the courier, too.
        const sent = sendFile(socket, path, { end: few })
        while (queue.writtenBytes < before.byteLength + few) await setTimeout(1)
        // A waiting Effect continues inside the call that reports the courier's end.
        const pumping = queue.untilAccepted(before.byteLength)
        Effect.runFork(Effect.andThen(pumping, Effect.sync(() => queue.pump())))
        start()
        await sent
      }, { waits: true, zerocopy: "always" })
      assert.equal(sha256(received), sha256(joined([before, contents.slice(0, few)])))
      assert.ok(couriers > 0, "no courier was asked: nothing is proved")
      assert.ok(calls > 0)
      assert.equal(waits, 0)
    } finally {
      Object.assign(kernel, { startWaiting, stopWaiting, sendFile: send })
    }
  },
)

test("where the kernel has no files, a stream of one is read into the pipe", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  await runWithFiles(simulation, async () => {
    const socket = await simulation.connect(peer)
    await fileStream(path, { start: 5, end: 700_005 }).pipeTo(socket.writable)
    await socket.close()
    assert.equal(socket.stats().fileBytes, 0)
  })
  assert.equal(sha256(peer.connection.received), sha256(contents.subarray(5, 700_005)))
  await untilClosed(path)
})
