import { keepWith } from "../connection/dropped.ts"
import { ofOtherCopy } from "../given_socket.ts"
import { sendFileTaker, sendFromTaker } from "../known_options.ts"
import { insideOf, type Socket } from "../socket.ts"
import type { RuntimeFile, SendFileOptions, SendFromOptions } from "./options.ts"
import { FileTransfer } from "./send_file.ts"
import { StreamTransfer } from "./send_from.ts"

/**
 * Sends a file, or a range of one, as `Socket.sendFile` does.
 *
 * @throws {TypeError} if `socket` is not a Socket, if `file` is not a file, and for unknown options.
 * @throws {RangeError} unless `start` and `end` are whole numbers and 0 <= `start` <= `end`.
 * @throws {ZerowireError} FileFailed, PermissionDenied, TransferStopped, SocketClosed, ConnectionLost,
 * Aborted, Unsupported
 */
export async function sendFile(
  socket: Socket,
  file: string | URL | RuntimeFile,
  options: SendFileOptions = {},
): Promise<number> {
  const elsewhere = ofOtherCopy(socket)
  if (elsewhere !== undefined) return await elsewhere.sendFile(file, options)
  insideOf(socket, sendFileTaker)
  return await socket.sendFile(file, options)
}

/** Does what `sendFile` does, for callers that stop it without a signal. */
export const fileTransfer = (
  socket: Socket,
  file: string | URL | RuntimeFile,
  options: Omit<SendFileOptions, "signal">,
): FileTransfer =>
  keepWith(new FileTransfer(insideOf(socket, sendFileTaker).connection, file, options), socket)

/** Does what `Socket.sendFrom` does, for callers that stop it without a signal. */
export const streamTransfer = (
  socket: Socket,
  readable: ReadableStream<Uint8Array>,
  options: Omit<SendFromOptions, "signal">,
): StreamTransfer =>
  keepWith(
    new StreamTransfer(insideOf(socket, sendFromTaker).connection, readable, options),
    socket,
  )
