/**
 * The one error that Zerowire fails with, and the reasons it carries.
 *
 * Wrong use of an API (an option that there is not, a chunk that is not a Uint8Array) is a TypeError, as the
 * streams standard has it.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { YieldableError } from "effect/Cause"
import { errnoName } from "../kernel/port.ts"

/** Why a call failed. `_tag` tells them apart. */
export type Reason =
  | LookupFailed
  | ConnectFailed
  | ListenFailed
  | ConnectionLost
  | SocketClosed
  | Aborted
  | MemoryLost
  | FileFailed
  | SourceFailed
  | TransferStopped
  | PermissionDenied
  | TakeOverRefused
  | Unsupported
  | WaitFailed

/** Effect's part of the error. `deno doc` looks for the tag beside the name. */
const /** @internal */ errorBase: new (
  fields: { readonly reason: Reason; readonly cause?: unknown },
) =>
  & YieldableError
  & { readonly _tag: "ZerowireError"; readonly reason: Reason } = Data.TaggedError("ZerowireError")

/** The error of every failed call. It can be yielded in Effect; `reason._tag` says what it was. */
export class ZerowireError extends errorBase {
  /** Why the call failed. */
  declare readonly reason: Reason

  /** `cause` is what made it fail, where that is known. */
  constructor(reason: Reason, cause?: unknown) {
    super(cause === undefined ? { reason } : { reason, cause })
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  override get message(): string {
    return this.reason.message
  }

  /** What `console.error` prints: the message and the stack, as of any error. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const head = `${this.name}: ${this.message}`
    const stack = this.stack ?? ""
    if (stack.startsWith(head)) return stack
    // JavaScriptCore writes the stack before the error has its name and its message.
    const frames = stack.indexOf("\n")
    return frames < 0 ? head : head + stack.slice(frames)
  }
}

/** A host name has no address. */
export class LookupFailed {
  /** Tells this reason from the others. */
  readonly _tag = "LookupFailed" as const
  /** The name that was looked up. */
  readonly hostname: string
  /** What the resolver said: ENOTFOUND, EAI_AGAIN, … */
  readonly code: string

  /** @internal Made where the call fails. */
  constructor(hostname: string, code: string) {
    this.hostname = hostname
    this.code = code
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    return `Cannot find an address for "${this.hostname}": ${this.code}. Check the name`
  }
}

/** No connection came about. */
export class ConnectFailed {
  /** Tells this reason from the others. */
  readonly _tag = "ConnectFailed" as const
  /** `address:port`, or `hostname:port` when no address answered in time. */
  readonly address: string
  /** The error's name: ECONNREFUSED, ETIMEDOUT, ENETUNREACH, … */
  readonly code: string

  /** @internal Made where the call fails. */
  constructor(address: string, errno: number) {
    this.address = address
    this.code = errnoName(errno)
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const cure = connectCures[this.code]
    return `Cannot connect to ${this.address}: ${this.code}${cure === undefined ? "" : `. ${cure}`}`
  }
}

const connectCures: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens there; start the receiver first",
  ETIMEDOUT: "The host does not answer; check the address and the firewall",
  ENETUNREACH: "There is no route to that network",
  EHOSTUNREACH: "There is no route to that host",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  EADDRNOTAVAIL: "No local port is left for this peer",
}

/** A listener could not be opened, or accepts no more. */
export class ListenFailed {
  /** Tells this reason from the others. */
  readonly _tag = "ListenFailed" as const
  /** `address:port`. */
  readonly address: string
  /** The error's name: EADDRINUSE, EACCES, EMFILE, … */
  readonly code: string
  /** What was tried: "listen" or "accept". */
  readonly action: string

  /** @internal Made where the call fails. */
  constructor(address: string, errno: number, action = "listen") {
    this.address = address
    this.code = errnoName(errno)
    this.action = action
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const cure = listenCures[this.code]
    const what = `${this.action} on ${this.address}`
    return `Cannot ${what}: ${this.code}${cure === undefined ? "" : `. ${cure}`}`
  }
}

const listenCures: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another socket has the port; choose another, or 0 for any free one",
  EACCES: "Ports below 1024 need the capability CAP_NET_BIND_SERVICE",
  EADDRNOTAVAIL: "This host has no such address",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  ENFILE: "This machine has no file descriptor left; raise the sysctl fs.file-max",
  ENOBUFS: "The kernel has no memory for another socket",
  ENOMEM: "The kernel has no memory for another socket",
}

/** What is known of the bytes of a connection that ended early. */
export interface Progress {
  /** Bytes that the kernel accepted. */
  readonly acceptedBytes: number
  /** Accepted bytes of which nobody here knows whether the peer has them. */
  readonly unknownBytes: number
  /** Bytes that were written to the socket and that the kernel never saw. */
  readonly unsentBytes: number
}

/** The connection ended before everything was sent or received. */
export class ConnectionLost {
  /** Tells this reason from the others. */
  readonly _tag = "ConnectionLost" as const
  /** The error's name: ECONNRESET, EPIPE, ETIMEDOUT, … */
  readonly code: string
  /** What is known of the bytes that were written. */
  readonly progress: Progress

  /** @internal Made where the call fails. */
  constructor(errno: number, progress: Progress) {
    this.code = errnoName(errno)
    this.progress = progress
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const { acceptedBytes, unknownBytes, unsentBytes } = this.progress
    return `Connection lost: ${this.code} after ${acceptedBytes} bytes were accepted. Of these ` +
      `${unknownBytes} may not have reached the peer; ${unsentBytes} more were never sent`
  }
}

/** The socket, or the listener, was closed by this side. */
export class SocketClosed {
  /** Tells this reason from the others. */
  readonly _tag = "SocketClosed" as const
  /** What was tried: "send", "receive" or "accept". */
  readonly action: string

  /** @internal Made where the call fails. */
  constructor(action: string) {
    this.action = action
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    return `Cannot ${this.action}: ${closed[this.action] ?? "the socket is closed"}`
  }
}

const closed: Readonly<Record<string, string>> = {
  send:
    "the socket is closed for writing. Write before close(), closeWrite() and the end of a pipe; " +
    "pipeTo(writable, { preventClose: true }) leaves it open",
  receive: "the socket is closed. Read to the end before close()",
  accept: "the listener is closed",
}

/** This side aborted. */
export class Aborted {
  /** Tells this reason from the others. */
  readonly _tag = "Aborted" as const
  /** What is known of the bytes that were written. */
  readonly progress: Progress

  /** @internal Made where the call fails. */
  constructor(progress: Progress) {
    this.progress = progress
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const { acceptedBytes, unsentBytes } = this.progress
    return `Connection aborted after ${acceptedBytes} bytes were accepted and before ` +
      `${unsentBytes} more were sent`
  }
}

/** Queued memory was taken away before it was sent. */
export class MemoryLost {
  /** Tells this reason from the others. */
  readonly _tag = "MemoryLost" as const
  /** What is known of the bytes that were written. */
  readonly progress: Progress

  /** @internal Made where the call fails. */
  constructor(progress: Progress) {
    this.progress = progress
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const { acceptedBytes, unsentBytes } = this.progress
    return `Cannot send a queued chunk: its ArrayBuffer was detached before the kernel had it. ` +
      `${acceptedBytes} bytes were accepted, ${unsentBytes} were not. With ownership: "borrow" a ` +
      `chunk must be left alone until it is released`
  }
}

/** A file cannot be sent, or not to its end. */
export class FileFailed {
  /** Tells this reason from the others. */
  readonly _tag = "FileFailed"
  /** The file, as the call named it; the path of a URL. */
  readonly path: string
  /**
   * The error's name: ENOENT, EACCES, EISDIR, EIO, … Or what the kernel has no name for: NOT_A_FILE (a
   * pipe, a device, …), PAST_END (the range ends behind the file), SHRUNK (it ended before its range
   * did, while it was sent), UNSIZED (its file system does not say its size, and it has more than
   * 64 MiB).
   */
  readonly code: string
  /** Bytes of the range that the kernel accepted. When it is 0, nothing of the file was sent. */
  readonly sentBytes: number
  /** Bytes of the whole range; 0 while it was not known. */
  readonly rangeBytes: number

  /** @internal Made where the call fails. */
  constructor(path: string, code: string, sentBytes = 0, rangeBytes = 0) {
    this.path = path
    this.code = code
    this.sentBytes = sentBytes
    this.rangeBytes = rangeBytes
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    const cure = fileCures[this.code]
    const sent = this.rangeBytes === 0
      ? ""
      : `, after ${this.sentBytes} of ${this.rangeBytes} bytes were accepted`
    return `Cannot send "${this.path}": ${this.code}${sent}${cure === undefined ? "" : `. ${cure}`}`
  }
}

const fileCures: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file",
  EACCES: "This user may not read it",
  EISDIR: "It is a directory; name the files in it",
  NOT_A_FILE: "Only regular files can be sent; pipe what a device or a FIFO gives to `writable`",
  PAST_END: "The range goes past the end of the file; omit `end` to send all there is",
  SHRUNK:
    "The file was truncated while it was sent, or its file system claims a wrong size; replace files " +
    "by renaming, and pipe a stream of those without a size to `writable`",
  UNSIZED: "Its file system does not say how long it is; pipe a stream of it to `writable`",
  EAGAIN: "There is nothing to read now; pipe a stream of it to `writable`",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  EINVAL: "The file system cannot send it in place; pipe a stream of it to `writable`",
}

/** What bytes were to be sent from failed, and the connection was reset. `cause` of the error says how. */
export class SourceFailed {
  /** Tells this reason from the others. */
  readonly _tag = "SourceFailed"
  /** Bytes that the socket had taken by then. The peer may have them, a part of them, or none. */
  readonly sentBytes: number
  /** What went wrong. */
  readonly detail: string

  /** @internal Made where the call fails. */
  constructor(detail: string, sentBytes: number) {
    this.detail = detail
    this.sentBytes = sentBytes
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    return `Cannot go on sending from a stream: ${this.detail}, after ${this.sentBytes} bytes. The ` +
      `connection was reset, so that the peer does not take these for the whole`
  }
}

/** Whoever had bytes sent has stopped it. `cause` of the error is the reason of the signal. */
export class TransferStopped {
  /** Tells this reason from the others. */
  readonly _tag = "TransferStopped"
  /** What it was: the path of a file, or "a stream". */
  readonly source: string
  /** Bytes that were sent before: nothing is un-sent. */
  readonly sentBytes: number

  /** @internal Made where the call fails. */
  constructor(source: string, sentBytes: number) {
    this.source = source
    this.sentBytes = sentBytes
  }

  /** The action that failed, the numbers, the error's name, and the usual cure. */
  get message(): string {
    return `Stopped sending ${this.source} after ${this.sentBytes} bytes, which stay sent`
  }
}

/** The runtime's permissions forbid it. */
export class PermissionDenied {
  /** Tells this reason from the others. */
  readonly _tag = "PermissionDenied" as const
  /** What was refused, and the usual cure. */
  readonly message: string

  /** @internal Made where the call fails. */
  constructor(message: string) {
    this.message = message
  }
}

/** A socket of the runtime cannot be taken over as it is. */
export class TakeOverRefused {
  /** Tells this reason from the others. */
  readonly _tag = "TakeOverRefused" as const
  /** What was refused, and the usual cure. */
  readonly message: string

  /** @internal Made where the call fails. */
  constructor(message: string) {
    this.message = message
  }
}

/** This machine or runtime lacks what the call needs. */
export class Unsupported {
  /** Tells this reason from the others. */
  readonly _tag = "Unsupported" as const
  /** What was refused, and the usual cure. */
  readonly message: string

  /** @internal Made where the call fails. */
  constructor(message: string) {
    this.message = message
  }
}

/** Readiness cannot be waited for any more. */
export class WaitFailed {
  /** Tells this reason from the others. */
  readonly _tag = "WaitFailed" as const
  /** What was refused, and the usual cure. */
  readonly message: string

  /** @internal Made where the call fails. */
  constructor(message: string) {
    this.message = message
  }
}
