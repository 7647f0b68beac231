import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { failureOf } from "../../../test/failure.ts"
import { runWithFiles } from "../../../test/simulated_files.ts"
import {
  dial,
  ending,
  joined,
  pattern,
  PlainServer,
  receiveAll,
  sha256,
  streamOf,
} from "../../../test/plain_peer.ts"
import {
  connect,
  fileStream,
  listen,
  sendFile,
  type Socket,
  type SocketOptions,
  ZerowireError,
} from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { insideOf } from "../socket.ts"
import { FileSource } from "./file_source.ts"
import { simulate } from "../../testing.ts"
import { movedBytes, needsLibc } from "../../../test/libc.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-file-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(5_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)

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

test("a symbolic link is followed, and an empty file is sent", async () => {
  const link = join(folder, "link")
  symlinkSync(path, link)
  const empty = join(folder, "empty")
  writeFileSync(empty, "")
  const { received } = await sending(async (socket) => {
    assert.equal(await sendFile(socket, empty), 0)
    assert.equal(await sendFile(socket, link, { end: 70_000 }), 70_000)
  })
  assert.deepEqual(received, contents.slice(0, 70_000))
})

test("a file is named by a path or a file URL, which may be a string", async () => {
  const odd = join(folder, "50% of ä#1?")
  writeFileSync(odd, contents.subarray(0, 1000))
  const url = pathToFileURL(odd)
  // Objects of another realm have another prototype.
  const foreign = { href: url.href, protocol: url.protocol } as URL
  const { received } = await sending(async (socket) => {
    for (const file of [odd, url, url.href, foreign]) {
      assert.equal(await socket.sendFile(file), 1000)
      assert.equal(await sendFile(socket, file, { start: 990 }), 10)
    }
    const nothing = await failureOf(
      socket.sendFile(new URL("nothing", `${pathToFileURL(folder)}/`)),
    )
    assert.ok(nothing.reason._tag === "FileFailed")
    assert.equal(nothing.reason.path, join(folder, "nothing"))
    for (const wrong of ["https://host/a", "file://host/a", "file:///a%00b", "file:///a%2fb"]) {
      await assert.rejects(socket.sendFile(new URL(wrong)), TypeError)
    }
    await assert.rejects(socket.sendFile("file://host/a"), TypeError)
  })
  const once = joined([contents.subarray(0, 1000), contents.subarray(990, 1000)])
  assert.deepEqual(received, joined([once, once, once, once]))
})

test(
  "a file that is open already is sent from where it lies, and stays as it was",
  needsLibc,
  async () => {
    const handle = await open(path)
    await handle.read(new Uint8Array(10), 0, 10)
    const { received } = await sending(async (socket) => {
      assert.equal(await socket.sendFile(handle, { end: 4000 }), 4000)
      const sent = sendFile(socket, handle, { start: 4000, end: 9000 })
      assert.equal(await sent, 5000)
    })
    assert.deepEqual(received, contents.slice(0, 9000))
    const { buffer } = await handle.read(new Uint8Array(5), 0, 5)
    assert.deepEqual(buffer, contents.slice(10, 15))
    await handle.close()
  },
)

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
      const { received } = await sending(async (socket, start) => {
        const { queue, packer } = insideOf(socket).connection
        for (let at = 0; at < before.byteLength; at += 1_000_000) {
          packer.write(before.slice(at, at + 1_000_000))
        }
        const sent = sendFile(socket, path)
        while (queue.writtenBytes < before.byteLength + contents.byteLength) await setTimeout(1)
        // A waiting Effect continues inside the call that reports the courier's end.
        const pumping = queue.untilAccepted(before.byteLength)
        Effect.runFork(Effect.andThen(pumping, Effect.sync(() => queue.pump())))
        start()
        await sent
      }, { waits: true, zerocopy: "always" })
      assert.equal(sha256(received), sha256(joined([before, contents])))
      assert.ok(couriers > 0, "no courier was asked: nothing is proved")
      assert.ok(calls > 0)
      assert.equal(waits, 0)
    } finally {
      Object.assign(kernel, { startWaiting, stopWaiting, sendFile: send })
    }
  },
)

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

/** Connects to a plain peer, closes after `send`, and returns what the peer received. */
async function sending(
  send: (socket: Socket, start: () => void) => Promise<unknown>,
  { waits = false, ...options }: SocketOptions & { readonly waits?: boolean } = {},
): Promise<{ readonly received: Uint8Array<ArrayBuffer>; readonly socket: Socket }> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const received = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
  const start = () =>
    void receiveAll(peer).finally(() => peer.end()).then(received.resolve, received.reject)
  if (!waits) start()
  try {
    await send(socket, start)
    await socket.close()
  } catch (failure) {
    await socket.abort()
    throw failure
  }
  return { received: await received.promise, socket }
}

/** Waits until this process has closed a file, which takes a turn or two. */
async function untilClosed(path: string): Promise<void> {
  while (readdirSync("/proc/self/fd").some((fd) => targetOf(fd) === path)) await setTimeout(1)
}

function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The one that the listing itself was read from.
    return undefined
  }
}
