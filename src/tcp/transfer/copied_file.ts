import * as Effect from "effect/Effect"
import { FileFailed, ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import { ChunkWriter } from "../send/writer.ts"
import { failed, type OpenFile } from "./open_file.ts"

/**
 * Reads a range of a file and writes what was read, for where no kernel sends files. It waits while too
 * much is queued.
 *
 * @throws {ZerowireError} FileFailed, PermissionDenied, and what sending fails with.
 */
export async function copyFile(
  connection: Connection,
  file: OpenFile,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<void> {
  const writer = new ChunkWriter(connection)
  const { queue, stack } = connection
  const run = Effect.runPromiseWith(stack.services)
  const before = queue.writtenBytes
  const sent = () => Math.max(0, queue.acceptedBytes - before)
  for (let position = start; position < end;) {
    const chunk = new Uint8Array(Math.min(chunkBytes, end - position))
    const n = await read(file, chunk, position).catch((cause) => {
      throw failed(file.name, cause, sent(), end - start)
    })
    signal.throwIfAborted()
    if (n === 0) {
      throw new ZerowireError(new FileFailed(file.name, "SHRUNK", sent(), end - start))
    }
    const pause = writer.write(n < chunk.byteLength ? chunk.slice(0, n) : chunk, "transfer")
    position += n
    if (pause !== undefined) await run(pause, { signal })
  }
}

function read(file: OpenFile, chunk: Uint8Array, position: number): Promise<number> {
  const { content } = file
  if (content === undefined) return file.read(chunk, position)
  const part = content.subarray(position, position + chunk.byteLength)
  chunk.set(part)
  return Promise.resolve(part.byteLength)
}

/** As much as a stream of a file reads at once. */
const chunkBytes = 256 * 1024
