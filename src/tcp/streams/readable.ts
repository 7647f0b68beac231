/**
 * The WHATWG face of the receiving side.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"

/**
 * The bytes that a connection receives, as a byte stream: a BYOB reader gets them written into its
 * own buffer, a default reader in buffers of `chunkBytes`.
 */
export function readableOf(connection: Connection): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: chunkBytes,
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view
      // With autoAllocateChunkSize there is a request whenever somebody pulls.
      if (request === null || view === null || view === undefined) return
      const { buffer, byteOffset, byteLength } = view
      const n = await receive(connection, buffer as ArrayBuffer, byteOffset, byteLength)
      if (n === 0) controller.close()
      request.respond(n)
    },
    cancel: () => connection.receiver.cancel(),
  })
}

/** The number of bytes received, 0 at the end. Stays synchronous as long as there is something. */
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
