import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { connect } from "../../mod.ts"
import { toFile } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"
import type { Part } from "./part.ts"
import { streamOfParts } from "./stream_from.ts"
import { libcIsMissing, movedBytes } from "../../../test/libc.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-parts-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(30_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)

const parts: readonly Part[] = [
  text("first"),
  { start: 17, end: 9_000_000 },
  text(""),
  text("second"),
  { start: 5, end: 5 },
  { start: 0, end: 1 },
  { start: 12_000_000, end: 30_000_000 },
  text("last"),
]
const rangeBytes = 9_000_000 - 17 + 1 + 18_000_000
const whole = Buffer.concat(
  parts.map((part) => part instanceof Uint8Array ? part : contents.subarray(part.start, part.end)),
)

test("a reader gets bytes and ranges in their order", async () => {
  const stream = await opened()
  assert.equal(sha256(new Uint8Array(await new Response(stream).arrayBuffer())), sha256(whole))
})

test("piped to a socket, the kernel sends the ranges, and the bytes between them", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const received = receiveAll(await server.accepted())
  await (await opened()).pipeTo(socket.writable)
  assert.equal(sha256(await received), sha256(whole))
  // Without libc the bytes between them are copied like the ranges.
  assert.equal(movedBytes(socket.stats()), libcIsMissing ? whole.byteLength : rangeBytes)
})

test("what was read before is not sent again, and a pipe that was stopped goes on", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const peer = await server.accepted()
  const stream = await opened()
  const reader = stream.getReader({ mode: "byob" })
  const { value } = await reader.read(new Uint8Array(3))
  assert.deepEqual(value, text("fir"))
  reader.releaseLock()
  const stop = new AbortController()
  const options = { signal: stop.signal, preventAbort: true, preventCancel: true }
  const stopped = assert.rejects(stream.pipeTo(socket.writable, options), /enough/)
  // Nobody receives yet, so the pipe cannot end.
  while (movedBytes(socket.stats()) === 0) await setTimeout(1)
  stop.abort(new Error("enough"))
  await stopped
  const received = receiveAll(peer)
  await stream.pipeTo(socket.writable)
  assert.equal(sha256(await received), sha256(whole.subarray(3)))
})

test("a file that has been closed with its stream is not sent", async () => {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port })
  const stream = await opened()
  await stream.cancel()
  await stream.pipeTo(socket.writable)
  assert.equal(socket.stats().fileBytes, 0)
})

async function opened(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const given = toFile(path, { action: "test", example: "" })
  return streamOfParts(await OpenFile.open(given), parts)
}

function text(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
