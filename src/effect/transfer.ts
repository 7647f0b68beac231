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
 * Interrupting it after bytes of the file are queued leaves a gap in the stream, after which nothing can
 * be sent: the connection is reset, and everything else on the socket fails with Aborted, whose cause is
 * a TransferStopped with the number of accepted bytes. Before that, interruption leaves the socket as it
 * was.
 *
 * Fails with FileFailed, PermissionDenied, SocketClosed, ConnectionLost, Aborted, TransferStopped or
 * Unsupported. Invalid paths and ranges and unknown options are defects: TypeErrors or RangeErrors.
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
 * Sends everything that a web stream delivers, as `Socket.sendFrom` does: a byte stream is sent straight
 * out of the buffers that it is read into. Succeeds with the number of bytes when the stream has ended
 * and the kernel has accepted all of them. The socket stays open. For Effect's `Stream` use `sink`.
 *
 * A stream that fails resets the connection. Interruption cancels the stream; bytes already taken are
 * still sent, unless the socket's scope is interrupted too.
 *
 * Fails with SourceFailed, SocketClosed, ConnectionLost or Aborted. Values that are not a ReadableStream,
 * locked streams, chunks that are not Uint8Arrays, and unknown options are defects: TypeErrors.
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

/** Interruption waits until the transfer has ended, so that nothing of it is queued later. */
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
