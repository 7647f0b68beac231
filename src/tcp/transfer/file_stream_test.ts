import assert from "node:assert/strict"
import {
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { untilClosed } from "../../../test/descriptors.ts"
import { pattern, sha256 } from "../../../test/plain_peer.ts"
import { fileStream, type RuntimeFile, ZerowireError } from "../../mod.ts"
import { needsLibc } from "../../../test/libc.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-stream-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(3_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)

test("a loop over the stream gets the whole file, in order", async () => {
  const parts: Uint8Array[] = []
  for await (const part of fileStream(path)) parts.push(part)
  assert.ok(parts.length > 1)
  assert.equal(sha256(new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())), whole)
  await untilClosed(path)
})

test("a Response takes the stream as its body, and keeps it", async () => {
  const stream = fileStream(path)
  const response = new Response(stream)
  assert.equal(response.body, stream)
  assert.equal(sha256(new Uint8Array(await response.arrayBuffer())), whole)
})

test("both branches of tee get the whole file", async () => {
  const sums = fileStream(path).tee().map(sumOf)
  assert.deepEqual(await Promise.all(sums), [whole, whole])
})

test("it goes through a transform, into any writable", async () => {
  const stream = fileStream(path)
  const gzip = stream.pipeThrough(new CompressionStream("gzip"))
  assert.equal(await sumOf(gzip.pipeThrough(new DecompressionStream("gzip"))), whole)
  let bytes = 0
  const counting = new WritableStream<Uint8Array>({
    write(chunk) {
      bytes += chunk.byteLength
    },
  })
  await fileStream(path).pipeTo(counting)
  assert.equal(bytes, contents.byteLength)
})

test("a BYOB reader gets its own buffer filled, and the end", async () => {
  const reader = fileStream(path, { start: 2_999_990 }).getReader({ mode: "byob" })
  const first = await reader.read(new Uint8Array(new ArrayBuffer(100), 20, 4))
  assert.deepEqual(first.value, new Uint8Array(first.value?.buffer ?? assert.fail(), 20, 4))
  assert.deepEqual([...first.value ?? []], [...contents.subarray(2_999_990, 2_999_994)])
  const second = await reader.read(new Uint8Array(100))
  assert.deepEqual(second.value, contents.slice(2_999_994))
  assert.equal((await reader.read(new Uint8Array(100))).done, true)
})

test("after another reader has come to the end, or has been given up there, a BYOB read ends", async () => {
  for (let turns = 0; turns < 20; turns++) {
    const stream = fileStream(path, { start: 2_999_999 })
    const first = stream.getReader({ mode: "byob" })
    assert.equal((await first.read(new Uint8Array(2))).value?.byteLength, 1)
    first.releaseLock()
    const reader = stream.getReader()
    const reading = reader.read().catch(() => {})
    for (let i = 0; i < turns; i++) await Promise.resolve()
    reader.releaseLock()
    const last = await stream.getReader({ mode: "byob" }).read(new Uint8Array(2))
    assert.deepEqual([last.done, last.value?.byteLength], [true, 0])
    await reading
  }
})

test("a range has its first byte and not its last, down to none", async () => {
  for (const [start, end] of [[0, 1], [4095, 300_001], [2_999_999, 3_000_000], [17, 17]]) {
    const bytes = new Uint8Array(await new Response(fileStream(path, { start, end })).arrayBuffer())
    assert.equal(sha256(bytes), sha256(contents.subarray(start, end)))
  }
  assert.equal(
    await sumOf(fileStream(path, { start: 2_999_000 })),
    sha256(contents.slice(2_999_000)),
  )
})

test("the file is opened when somebody reads, and not before", async () => {
  const late = join(folder, "late")
  const stream = fileStream(late)
  await setTimeout(5)
  writeFileSync(late, "it came")
  assert.equal(await new Response(stream).text(), "it came")
})

test("a file is closed when its stream is cancelled, or a loop over it is left", async () => {
  for await (const _part of fileStream(path)) break
  const stream = fileStream(path)
  const reader = stream.getReader()
  await reader.read()
  await reader.cancel()
  const unread = fileStream(path)
  await unread.cancel()
  const during = fileStream(path).getReader()
  const read = during.read()
  await during.cancel()
  assert.equal((await read).done, true)
  await untilClosed(path)
})

test("a file without a size is read to its end", async () => {
  const status = await new Response(fileStream("/proc/self/status", { end: 6 })).text()
  assert.equal(status, "Name:\t")
  const all = await new Response(fileStream("/proc/version")).text()
  assert.equal(all, readFileSync("/proc/version", "utf8"))
})

test("what cannot be read fails the stream, by name", async () => {
  const cases: [string, string, object?][] = [
    [join(folder, "nothing"), "ENOENT"],
    [folder, "EISDIR"],
    ["/dev/zero", "NOT_A_FILE"],
    [path, "PAST_END", { end: 3_000_001 }],
    [path, "PAST_END", { start: 3_000_001 }],
  ]
  for (const [path, code, range] of cases) {
    const failure = await failing(() => fileStream(path, range).getReader().read())
    assert.ok(failure.reason._tag === "FileFailed" && failure.reason.code === code, failure.message)
  }
  await untilClosed(path)
})

test("a file that shrinks fails the stream where it ends, and what came before is there", async () => {
  const shrinking = join(folder, "shrinking")
  writeFileSync(shrinking, contents)
  const reader = fileStream(shrinking).getReader()
  const { value } = await reader.read()
  assert.ok(value !== undefined)
  truncateSync(shrinking, value.byteLength + 10)
  assert.equal((await reader.read()).value?.byteLength, 10)
  const { reason } = await failing(() => reader.read())
  assert.ok(reason._tag === "FileFailed" && reason.code === "SHRUNK")
  assert.deepEqual([reason.sentBytes, reason.rangeBytes], [value.byteLength + 10, 3_000_000])
  await untilClosed(shrinking)
})

test("bytes beyond 4 GiB are where they belong", async () => {
  const sparse = join(folder, "sparse")
  const fd = openSync(sparse, "w")
  ftruncateSync(fd, 2 ** 33 + 5)
  const stream = fileStream(sparse, { start: 2 ** 33 })
  assert.deepEqual(new Uint8Array(await new Response(stream).arrayBuffer()), new Uint8Array(5))
})

test("what is no file is a TypeError, and a range that there cannot be a RangeError", () => {
  const wrong = ["", "a\0b", 7, undefined, {}, "file://host/a", new URL("https://host/a")]
  for (const file of wrong) assert.throws(() => fileStream(file as string), TypeError)
  for (const range of [{ start: 2, end: 1 }, { start: -1 }, { end: 1.5 }, { start: NaN }]) {
    assert.throws(() => fileStream(path, range), RangeError)
  }
})

test("a FileHandle is read from its start, and stays as it was", needsLibc, async () => {
  const handle = await open(path)
  await handle.read(new Uint8Array(10), 0, 10)
  assert.equal(await sumOf(fileStream(handle)), whole)
  const { bytesRead, buffer } = await handle.read(new Uint8Array(5), 0, 5)
  assert.deepEqual([bytesRead, buffer], [5, contents.slice(10, 15)])
  await handle.close()
})

test(
  "an open file is found though it was renamed, replaced or deleted since",
  needsLibc,
  async () => {
    const [old, other] = [join(folder, "old"), join(folder, "other")]
    writeFileSync(old, "first")
    const handle = await open(old)
    renameSync(old, other)
    writeFileSync(old, "second")
    assert.equal(await new Response(fileStream(handle)).text(), "first")
    unlinkSync(other)
    // So the kernel calls what has no name any more.
    writeFileSync(`${other} (deleted)`, "third")
    assert.equal(await new Response(fileStream(handle)).text(), "first")
    await handle.close()
    const closed = await failing(() => fileStream(handle).getReader().read())
    assert.equal(closed.reason._tag, "FileFailed")
  },
)

test("what the runtime has for a file is one too: Bun.file, Deno.FsFile", needsLibc, async () => {
  const own = await runtimesOwn()
  assert.equal(await sumOf(fileStream(own, { end: 3_000_000 })), whole)
  assert.equal(await new Response(fileStream(own, { end: 0 })).text(), "")
  own.close?.()
})

test("a Blob in memory is no file, whatever its name", async () => {
  const blob = new File(["text"], path) as unknown as RuntimeFile
  await assert.rejects(async () => await fileStream(blob).getReader().read(), TypeError)
})

test("a file URL names a file, which may be a string", async () => {
  for (const file of [pathToFileURL(path), pathToFileURL(path).href]) {
    assert.equal(await sumOf(fileStream(file)), whole)
  }
})

const whole = sha256(contents)

interface OfRuntime {
  readonly Bun?: { file(path: string): RuntimeFile }
  readonly Deno?: { open(path: string): Promise<RuntimeFile & { close(): void }> }
}

/** A file as the runtime's own functions give it. */
async function runtimesOwn(): Promise<RuntimeFile & { close?(): void }> {
  const { Bun, Deno } = globalThis as unknown as OfRuntime
  return Bun?.file(path) ?? await Deno?.open(path) ?? assert.fail()
}

const sumOf = async (stream: ReadableStream<Uint8Array>): Promise<string> =>
  sha256(new Uint8Array(await new Response(stream).arrayBuffer()))

async function failing(call: () => Promise<unknown>): Promise<ZerowireError> {
  let failure: unknown
  await assert.rejects(call, (error) => {
    failure = error
    return true
  })
  assert.ok(failure instanceof ZerowireError, String(failure))
  return failure
}
