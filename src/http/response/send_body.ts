import { checkChunk, MovedBytes as Moved } from "../../tcp/mod.ts"
import type { Transport } from "../transport.ts"
import { BrokenOff } from "./broken_off.ts"
import type { Chunk, Chunks } from "./chunks.ts"

/** A body whose head is written. */
export interface Body {
  /** Bytes; Infinity if only its end tells. */
  readonly length: number
  readonly source: Chunks
  /** What was taken from the source already. */
  readonly first: Chunk | undefined
  /** Makes the lines behind the last chunk, if the body is sent in chunks. */
  readonly lastLines: (() => Promise<string> | "") | undefined
}

/**
 * Sends a body, and ends its source. Resolves when all of it is written, or accepted where the kernel moves
 * it.
 *
 * @throws {BrokenOff} if it fails, or has another length: the connection must be reset.
 */
export async function sendBody(transport: Transport, body: Body): Promise<void> {
  const { source } = body
  const leave = transport.whenLost((error) => source.cancel(error).catch(() => {}))
  try {
    await sendChunks(transport, body)
  } catch (failure) {
    await source.cancel(failure).catch(() => {})
    throw new BrokenOff(transport.failure ?? failure)
  } finally {
    leave()
    await source.end()
  }
}

async function sendChunks(
  transport: Transport,
  { length, source, first, lastLines }: Body,
): Promise<void> {
  const chunked = lastLines !== undefined
  let left = length
  for (let chunk = first ?? await source.next(left); chunk !== undefined;) {
    if (!Moved.is(chunk)) checkChunk(chunk)
    const bytes = chunk.byteLength
    if (bytes > left && !(Moved.is(chunk) && chunk.openEnded)) {
      throw new RangeError(`The body is longer than its length, ${length}`)
    }
    if (Moved.is(chunk)) left -= await transport.moving.move(chunk, left, chunked)
    else if (bytes > 0) {
      left -= bytes
      await sendChunk(transport, chunk, chunked)
    }
    chunk = await source.next(left)
  }
  if (chunked) transport.writeLatin1(`0\r\n${await lastLines()}\r\n`)
  else if (left > 0 && length !== Infinity) {
    throw new RangeError(`The body is shorter than its length, ${length}`)
  }
}

async function sendChunk(transport: Transport, chunk: Uint8Array, chunked: boolean): Promise<void> {
  if (chunked) transport.writeLatin1(`${chunk.byteLength.toString(16)}\r\n`)
  const pause = transport.write(chunk, "auto")
  // If sending has just ended, the next line throws, and nobody would hear of it here.
  pause?.catch(() => {})
  if (chunked) transport.writeLatin1("\r\n")
  await pause
}
