/**
 * The sending side as a web stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { byteLengthOf } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import { finishWriting } from "../connection/finish.ts"
import { reset } from "../connection/teardown.ts"
import { writtenByProgram } from "../send/ownership.ts"
import { ChunkWriter, type Pause } from "../send/writer.ts"
import { MovedBytes } from "./moved_bytes.ts"
import { StreamLock } from "./stream_lock.ts"

/**
 * A stream of bytes into a connection.
 *
 * `write` resolves when the next chunk may come: the kernel has accepted the bytes, or they are queued in
 * memory that the producer no longer owns. `close` resolves when everything was accepted and the FIN is
 * queued. `abort` resets the connection and resolves when no memory is in flight. A chunk that cannot be
 * sent also resets the connection, and its `write` fails with a TypeError.
 *
 * The sink is a synchronous loop. It suspends, in an Effect, only when the socket has no room.
 */
export function writableOf(
  connection: Connection,
  highWaterMark: number,
): WritableStream<Uint8Array> {
  const { calls, queue, stack } = connection
  const { order } = calls
  const run = Effect.runPromiseWith(stack.services)
  let controlled: WritableStreamDefaultController
  // The reset would fail the stream as aborted; this error says what was wrong.
  const writer = new ChunkWriter(connection, (failure) => controlled.error(failure))
  const ownership = connection.packer.ownership
  const write = (chunk: Uint8Array): Promise<void> | undefined => {
    const piped = lock.chunkPasses()
    let pause: Pause
    try {
      if (MovedBytes.is(chunk)) return move(chunk)
      pause = writer.write(chunk, piped ? ownership : writtenByProgram(ownership))
    } catch (failure) {
      // The stream fails with this error and delivers no other chunk.
      order.streamEnded()
      throw failure
    }
    order.chunkPassed()
    return pause && run(pause)
  }
  const writeLater = async (chunk: Uint8Array): Promise<void> => {
    await new Promise<void>((resolve) => order.whenChunkMayPass(resolve))
    return write(chunk)
  }
  const move = (bytes: MovedBytes): Promise<void> => {
    const moved = bytes.moveTo(connection)
    order.chunkPassed()
    return moved
  }
  const stream = new WritableStream<Uint8Array>(
    {
      start(controller) {
        controlled = controller
        queue.onFailure(erroring(new WeakRef(controller)))
        // An abort waits for the write under way, so that write must end.
        controller.signal.addEventListener("abort", () => connection.stop(controller.signal.reason))
      },
      // A closure here would cost something for every chunk, even if none waits.
      write: (chunk) => order.chunkMayPass ? write(chunk) : writeLater(chunk),
      close() {
        order.streamEnded()
        return run(finishWriting(connection))
      },
      abort: () => run(Effect.asVoid(reset(connection))),
    },
    {
      highWaterMark,
      size(chunk) {
        order.chunkWritten()
        lock.chunkWritten()
        // A value that is not a chunk gets a size too, so that it reaches `write`, which says what is
        // wrong.
        return byteLengthOf(chunk) ?? (MovedBytes.is(chunk) ? chunk.byteLength : 1)
      },
    },
  )
  const lock = new StreamLock(stream)
  calls.useStream(lock)
  connections.set(stream, connection)
  return stream
}

/** The connection that a stream writes to, if it is one of these. */
export const connectionOf = (stream: unknown): Connection | undefined =>
  typeof stream === "object" && stream !== null ? connections.get(stream) : undefined

const connections = new WeakMap<object, Connection>()
/**
 * Ends the stream with an error. The controller is held weakly, so that a dropped stream can be collected
 * together with its socket; a closure inside the stream would keep both alive.
 */
const erroring =
  (stream: WeakRef<WritableStreamDefaultController>) => (error: ZerowireError): void => {
    const controller = stream.deref()
    // A stream that is already erroring never calls `abort`, so the reset would not happen.
    if (controller?.signal.aborted === false) controller.error(error)
  }
