/**
 * The receiving side as a web stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"

/**
 * The bytes that a connection receives, as a byte stream. A BYOB reader gets them in its own buffer, a
 * default reader in buffers of `chunkBytes`.
 */
export function readableOf(connection: Connection): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: chunkBytes,
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view
      // With autoAllocateChunkSize, every pull has a request.
      if (request === null || view === null || view === undefined) return
      const { buffer, byteOffset, byteLength } = view
      const n = await receive(connection, buffer as ArrayBuffer, byteOffset, byteLength)
      if (n === 0) controller.close()
      request.respond(n)
    },
    cancel: () => connection.receiver.cancel(),
  })
}

/** The number of bytes received; 0 at the end. Synchronous as long as bytes are there. */
function receive(
  { receiver }: Connection,
  buffer: ArrayBuffer,
  offset: number,
  length: number,
): number | Promise<number> {
  const now = receiver.receiveNow(buffer, offset, length)
  if (now >= 0) return now
  const step: Effect.Effect<number, ZerowireError> = Effect.flatMap(
    receiver.untilReadable,
    () => {
      const n = receiver.receiveNow(buffer, offset, length)
      return n >= 0 ? Effect.succeed(n) : step
    },
  )
  return Effect.runPromise(step)
}

const chunkBytes = 64 * 1024
