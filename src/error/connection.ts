import { errnoName } from "../kernel/port.ts"
import { FailureReason } from "./reason.ts"

/** What is known about the bytes of a connection that ended early. */
export interface Progress {
  /** Bytes that the kernel accepted. */
  readonly acceptedBytes: number
  /** Accepted bytes that may not have reached the peer. */
  readonly unknownBytes: number
  /** Bytes that were written to the socket, and that the kernel never saw. */
  readonly unsentBytes: number
}

/** The connection ended before everything was sent or received. */
export class ConnectionLost extends FailureReason<"ConnectionLost"> {
  /** The name of the error: ECONNRESET, EPIPE, ETIMEDOUT, … */
  readonly code: string
  /** What is known about the bytes that were written. */
  readonly progress: Progress

  /** @internal */
  constructor(errno: number, progress: Progress) {
    const code = errnoName(errno)
    const { acceptedBytes, unknownBytes, unsentBytes } = progress
    super(
      "ConnectionLost",
      `Connection lost: ${code} after ${acceptedBytes} bytes were accepted. Of these ` +
        `${unknownBytes} may not have reached the peer; ${unsentBytes} more were never sent`,
    )
    this.code = code
    this.progress = progress
  }
}

/** This side has closed the socket or the listener. */
export class SocketClosed extends FailureReason<"SocketClosed"> {
  /** What was tried: "send", "receive" or "accept". */
  readonly action: string

  /** @internal */
  constructor(action: string) {
    super("SocketClosed", `Cannot ${action}: ${closed[action] ?? "the socket is closed"}`)
    this.action = action
  }
}

const closed: Readonly<Record<string, string>> = {
  send:
    "the socket is closed for writing. Write before close(), closeWrite() and the end of a pipe; " +
    "pipeTo(writable, { preventClose: true }) leaves it open",
  receive: "the socket is closed. Read to the end before close()",
  accept: "the listener is closed",
}

/** This side has aborted the connection. */
export class Aborted extends FailureReason<"Aborted"> {
  /** What is known about the bytes that were written. */
  readonly progress: Progress

  /** @internal */
  constructor(progress: Progress) {
    const { acceptedBytes, unsentBytes } = progress
    super(
      "Aborted",
      `Connection aborted after ${acceptedBytes} bytes were accepted; ` +
        `${unsentBytes} more were never sent`,
    )
    this.progress = progress
  }
}

/** The memory of a queued chunk was detached before it was sent. */
export class MemoryLost extends FailureReason<"MemoryLost"> {
  /** What is known about the bytes that were written. */
  readonly progress: Progress

  /** @internal */
  constructor(progress: Progress) {
    const { acceptedBytes, unsentBytes } = progress
    super(
      "MemoryLost",
      "Cannot send a queued chunk: its ArrayBuffer was detached before the kernel had it. " +
        `${acceptedBytes} bytes were accepted, ${unsentBytes} were not. With ownership: "borrow", do ` +
        "not touch a chunk before it is released",
    )
    this.progress = progress
  }
}
