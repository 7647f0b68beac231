// deno-lint-ignore-file no-console
/**
 * Streams of Deno's standard library in front of a socket: two sources are merged and cut into chunks of
 * equal size. `FixedChunkStream` gives each chunk its own buffer, so each can be sent in place.
 *
 * The library comes from JSR, which not every machine can reach, so this file declares the types that it
 * needs.
 *
 * @module
 */
import assert from "node:assert/strict"
import { connect as connectPlain } from "node:net"
import process from "node:process"
import { listen } from "zerowire"

if (!("Deno" in globalThis)) {
  console.log("SKIP: needs Deno")
  process.exit(0)
}

const std = await Promise.all([
  load("@std/streams/merge-readable-streams") as Promise<Merging>,
  load("@std/streams/unstable-fixed-chunk-stream") as Promise<Cutting>,
]).catch((failure) => {
  if (!/jsr|registry/i.test(`${failure}`)) throw failure
  console.log("SKIP: JSR cannot be reached")
  process.exit(0)
})
const [{ mergeReadableStreams }, { FixedChunkStream }] = std

const chunkBytes = 128 * 1024
const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const client = connectPlain(listener.addr.port, "127.0.0.1")
await using socket = await listener.accept()

const merged = mergeReadableStreams(repeated(1, 30_000, 100), repeated(2, 50_000, 100))
const sizes: number[] = []
const watched = new TransformStream<Uint8Array, Uint8Array>({
  transform(chunk, controller) {
    sizes.push(chunk.byteLength)
    controller.enqueue(chunk)
  },
})
const sending = merged.pipeThrough(new FixedChunkStream<Uint8Array>(chunkBytes))
  .pipeThrough(watched)
  .pipeTo(socket.writable)

const counts = [0, 0, 0]
for await (const part of client) for (const byte of part as Uint8Array) counts[byte]++
await sending

assert.deepEqual(counts, [0, 3_000_000, 5_000_000])
assert.ok(sizes.slice(0, -1).every((size) => size === chunkBytes))
console.log(`${sizes.length} chunks delivered both sources completely`)
listener.close()

/** `count` chunks of `bytes` bytes, each of which is `value`. */
function repeated(value: number, bytes: number, count: number): ReadableStream<Uint8Array> {
  let left = count
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(bytes).fill(value))
      else controller.close()
    },
  })
}

/** A name that is not a literal is resolved only when it is imported. */
function load(name: string): Promise<unknown> {
  return import(name)
}

interface Merging {
  mergeReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>
}

interface Cutting {
  FixedChunkStream: new <T>(size: number) => TransformStream<T, T>
}
