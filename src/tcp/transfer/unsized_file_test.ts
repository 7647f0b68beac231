import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, test } from "node:test"
import { untilClosed } from "../../../test/descriptors.ts"
import { failureOf } from "../../../test/failure.ts"
import { joined, pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { connect, sendFile, type Socket, type SocketOptions } from "../../mod.ts"
import { extentOf } from "./unsized_file.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-unsized-"))
after(() => rmSync(folder, { recursive: true }))

/** Their sizes are 0, always a page, or correct; sendfile(2) accepts some of them. */
const steady = [
  "/proc/version",
  "/proc/self/cmdline",
  "/proc/filesystems",
  "/proc/sys/kernel/ostype",
  "/sys/class/net/lo/mtu",
  "/sys/kernel/mm/transparent_hugepage/enabled",
  "/sys/kernel/notes",
]

test("files of /proc and /sys arrive as they read, whatever size they claim", async () => {
  const expected = steady.map((path) => readFileSync(path))
  const received = await sending(async (socket) => {
    for (const [i, path] of steady.entries()) {
      assert.equal(await sendFile(socket, path), expected[i].byteLength, path)
    }
  })
  assert.deepEqual(received, joined(expected))
})

for (const ownership of ["auto", "borrow"] as const) {
  test(`a long file without a size arrives completely, with ownership "${ownership}"`, async () => {
    await using holder = new LongEnvironment()
    const expected = await holder.read()
    const received = await sending(async (socket) => {
      assert.equal(await sendFile(socket, holder.path), expected.byteLength)
    }, { ownership, zerocopy: "always" })
    assert.equal(sha256(received), sha256(expected))
  })
}

test("a range of a file with a wrong size is checked against its actual bytes", async () => {
  const version = readFileSync("/proc/version")
  const mtu = readFileSync("/sys/class/net/lo/mtu")
  const received = await sending(async (socket) => {
    assert.equal(await sendFile(socket, "/proc/version", { start: 3, end: 10 }), 7)
    assert.equal(await sendFile(socket, "/sys/class/net/lo/mtu", { start: 2 }), mtu.byteLength - 2)
    assert.equal(await sendFile(socket, "/proc/version", { end: 0 }), 0)
    for (const [path, range] of pastEnd) {
      const { reason } = await failureOf(sendFile(socket, path, range))
      assert.ok(reason._tag === "FileFailed", reason.message)
      assert.deepEqual([reason.code, reason.sentBytes], ["PAST_END", 0])
    }
  })
  assert.deepEqual(received, joined([version.subarray(3, 10), mtu.subarray(2)]))
})

const pastEnd = [
  ["/proc/version", { end: 100_000 }],
  ["/proc/version", { start: 100_000 }],
  ["/sys/class/net/lo/mtu", { end: 4096 }],
] as const

test("a file without a size keeps its place among writes", async () => {
  const version = readFileSync("/proc/version")
  const chunks = [pattern(40_000, 3), pattern(5, 4)]
  const received = await sending(async (socket) => {
    const writer = socket.writable.getWriter()
    await writer.write(chunks[0].slice())
    await sendFile(socket, "/proc/version")
    await writer.write(chunks[1].slice())
    await sendFile(socket, "/proc/version")
  })
  assert.deepEqual(received, joined([chunks[0], version, chunks[1], version]))
})

test("a file that cannot be read, or has no end, is refused, and the socket stays as it was", async () => {
  const received = await sending(async (socket) => {
    // Of address 0, which nothing is mapped to; and 8 bytes for each page of a process's addresses.
    for (const [path, code] of [["/proc/self/mem", "EIO"], ["/proc/self/pagemap", "UNSIZED"]]) {
      const { reason } = await failureOf(sendFile(socket, path))
      assert.ok(reason._tag === "FileFailed", reason.message)
      assert.deepEqual([reason.code, reason.sentBytes], [code, 0])
    }
    assert.equal(await sendFile(socket, "/proc/sys/kernel/ostype"), 6)
  })
  assert.deepEqual(received, new TextEncoder().encode("Linux\n"))
})

test("a file without blocks whose size is right is sent in place", async () => {
  const sparse = join(folder, "sparse")
  writeFileSync(sparse, "")
  truncateSync(sparse, 3_000_000)
  const received = await sending(async (socket) => {
    assert.equal(await sendFile(socket, sparse), 3_000_000)
    assert.equal(socket.stats().fileBytes, 3_000_000)
  })
  assert.equal(sha256(received), sha256(new Uint8Array(3_000_000)))
})

test("of a growing file, the bytes it had when it was opened are sent", async () => {
  const growing = join(folder, "growing")
  const first = pattern(30_000_000)
  writeFileSync(growing, first)
  const received = await sending(async (socket) => {
    const sent = sendFile(socket, growing)
    while (socket.stats().fileBytes === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    appendFileSync(growing, "more")
    assert.equal(await sent, first.byteLength)
  })
  assert.equal(sha256(received), sha256(first))
})

test("a file that is written to after it was found empty is not read for ever", async () => {
  const log = join(folder, "log")
  writeFileSync(log, "")
  const handle = await open(log)
  const stat = await handle.stat({ bigint: true })
  appendFileSync(log, "four")
  assert.deepEqual(await extentOf(handle, stat), { size: 4 })
  await handle.close()
})

test("a file with more bytes than its size ends at its size, unless that is 0", async () => {
  const file = join(folder, "file")
  writeFileSync(file, "0123456789")
  const handle = await open(file)
  assert.deepEqual(await extentOf(handle, { size: 7n, blocks: 0n }), { size: 7 })
  await handle.close()
})

test("short reads do not end a file", async () => {
  const expected = pattern(300_000)
  let at = 0
  const read = (into: Uint8Array, offset: number, length: number, place: number | null) => {
    assert.equal(place, null)
    const part = expected.subarray(at, at + Math.min(length, 1 + at % 7001))
    into.set(part, offset)
    at += part.byteLength
    return Promise.resolve({ bytesRead: part.byteLength })
  }
  const handle = { read, stat: () => Promise.resolve({ size: 0 }) } as unknown as FileHandle
  const { size, content } = await extentOf(handle, { size: 0n, blocks: 0n })
  assert.equal(size, expected.byteLength)
  assert.deepEqual(content, expected)
})

/**
 * A process whose environment is a file of more than a million bytes. Others as long change when a kernel
 * module or a BPF program is loaded, as /proc/kallsyms does.
 */
class LongEnvironment implements AsyncDisposable {
  readonly #child = spawn("sleep", ["600"], { env: variables, stdio: "ignore" })
  readonly path = `/proc/${this.#child.pid}/environ`

  async read(): Promise<Uint8Array> {
    for (;;) {
      const environment = readFileSync(this.path)
      // Before the program has started, it is that of this process.
      if (environment.byteLength > 1_000_000) return environment
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit")
    this.#child.kill("SIGKILL")
    await ended
  }
}

/** The kernel takes up to 128 KiB of each. */
const variables = {
  PATH: process.env.PATH,
  ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [
    `VARIABLE_${i}`,
    Array.from(pattern(50_000, i), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  ])),
}

/** What the peer received on a connection on which `send` ran. */
async function sending(
  send: (socket: Socket) => Promise<void>,
  options: SocketOptions = {},
): Promise<Uint8Array> {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const received = receiveAll(peer)
  await send(socket)
  await socket.closeWrite()
  const bytes = await received
  peer.end()
  // A part that was not in memory may still be read, although its bytes are sent.
  await untilClosed(folder)
  return bytes
}
