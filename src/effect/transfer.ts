import * as Effect from "effect/Effect"
import { checkOptions } from "../argument/mod.ts"
import { ZerowireError } from "../error/mod.ts"
import {
  fileTransfer,
  insideOf,
  type RuntimeFile,
  type Socket,
  streamTransfer,
} from "../tcp/mod.ts"
import { sendFileHereTaker, sendFromHereTaker } from "./known_options.ts"
import type { SendFileOptions, SendFromOptions } from "./options.ts"

/**
 * Sends a file, or a range of one, as `Socket.sendFile` does. Succeeds with the number of bytes when the kernel has accepted all of them.
 *
 * Interruption never un-sends. Once bytes of the file are queued, it leaves a gap in the stream, behind
 * which nothing can be sent: the connection is reset, and everything else on the socket fails with
 * Aborted, whose cause is a TransferStopped that says how much was accepted. Before that, the socket is
 * as it was.
 *
 * Fails with FileFailed, PermissionDenied, SocketClosed, ConnectionLost, Aborted, TransferStopped or
 * Unsupported. What names no file, a range that no file can have, and options that there are not are
 * defects: TypeErrors or RangeErrors.
 */
export const sendFile = (
  socket: Socket,
  file: string | URL | RuntimeFile,
  options: SendFileOptions = {},
): Effect.Effect<number, ZerowireError> =>
  running(() => {
    insideOf(socket, sendFileHereTaker)
    checkOptions(sendFileHereTaker, options)
    return fileTransfer(socket, file, options)
  })

/**
 * Sends all that a stream of the platform gives, as `Socket.sendFrom` does: a byte stream straight out of
 * the buffers that it is read to. Succeeds with the number of bytes when the stream has ended and the
 * kernel has accepted all of them; the socket stays open. For a `Stream` of Effect there is `sink`.
 *
 * A stream that fails resets the connection. Interruption cancels the stream and never un-sends: what the
 * socket had taken goes out, unless the scope of the socket is interrupted too.
 *
 * Fails with SourceFailed, SocketClosed, ConnectionLost or Aborted. What is not a ReadableStream, or
 * locked, chunks that are not Uint8Arrays, and options that there are not are defects: TypeErrors.
 */
export const sendFrom = (
  socket: Socket,
  readable: ReadableStream<Uint8Array>,
  options: SendFromOptions = {},
): Effect.Effect<number, ZerowireError> =>
  running(() => {
    insideOf(socket, sendFromHereTaker)
    checkOptions(sendFromHereTaker, options)
    return streamTransfer(socket, readable, options)
  })

interface Transfer {
  readonly done: Promise<number>
  stop(reason: unknown): void
}

/** Interruption is over when the transfer is: nothing of it is queued after that. */
const running = (start: () => Transfer): Effect.Effect<number, ZerowireError> =>
  Effect.callback((resume) => {
    let transfer: Transfer
    try {
      transfer = start()
    } catch (failure) {
      return resume(failed(failure))
    }
    const { done } = transfer
    done.then(
      (bytes) => resume(Effect.succeed(bytes)),
      (failure) => resume(failed(failure)),
    )
    return Effect.promise(() => {
      transfer.stop("interrupted")
      return done.then(() => {}, () => {})
    })
  })

const failed = (failure: unknown): Effect.Effect<never, ZerowireError> =>
  failure instanceof ZerowireError ? Effect.fail(failure) : Effect.die(failure)
