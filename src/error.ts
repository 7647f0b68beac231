/**
 * The one error that Zerowire fails with, and the reasons it carries.
 *
 * Wrong use of an API (a chunk that is no Uint8Array, one that was detached) is a TypeError, as the
 * streams standard has it.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { YieldableError } from "effect/Cause"
import { errnoName } from "./kernel.ts"

/** Why a call failed. `_tag` tells them apart. */
export type Reason =
  | LookupFailed
  | ConnectFailed
  | ListenFailed
  | ConnectionLost
  | SocketClosed
  | Aborted
  | MemoryLost
  | PermissionDenied
  | TakeOverRefused
  | Unsupported
  | WaitFailed

const errorBase: new (fields: { readonly reason: Reason; readonly cause?: unknown }) =>
  & YieldableError
  & { readonly _tag: "ZerowireError"; readonly reason: Reason } = Data.TaggedError("ZerowireError")

/** The error of every failed call. It can be yielded in Effect; `reason._tag` says what it was. */
export class ZerowireError extends errorBase {
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
  readonly _tag = "LookupFailed"
  readonly hostname: string
  readonly code: string

  constructor(hostname: string, code: string) {
    this.hostname = hostname
    this.code = code
  }

  get message(): string {
    return `Cannot find an address of "${this.hostname}": ${this.code}. Check the name`
  }
}

/** No connection came about. */
export class ConnectFailed {
  readonly _tag = "ConnectFailed"
  readonly address: string
  /** The error's name: ECONNREFUSED, ETIMEDOUT, ENETUNREACH, … */
  readonly code: string

  constructor(address: string, errno: number) {
    this.address = address
    this.code = errnoName(errno)
  }

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
  readonly _tag = "ListenFailed"
  readonly address: string
  readonly code: string

  constructor(address: string, errno: number) {
    this.address = address
    this.code = errnoName(errno)
  }

  get message(): string {
    const cure = listenCures[this.code]
    return `Cannot listen on ${this.address}: ${this.code}${cure === undefined ? "" : `. ${cure}`}`
  }
}

const listenCures: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another socket has the port; choose another, or 0 for any free one",
  EACCES: "Ports below 1024 need the capability CAP_NET_BIND_SERVICE",
  EADDRNOTAVAIL: "This host has no such address",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
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
  readonly _tag = "ConnectionLost"
  /** ECONNRESET, EPIPE, ETIMEDOUT, … */
  readonly code: string
  readonly progress: Progress

  constructor(errno: number, progress: Progress) {
    this.code = errnoName(errno)
    this.progress = progress
  }

  get message(): string {
    const { acceptedBytes, unknownBytes, unsentBytes } = this.progress
    return `Connection lost: ${this.code} after ${acceptedBytes} bytes were accepted. Of these ` +
      `${unknownBytes} may not have reached the peer; ${unsentBytes} more were never sent`
  }
}

/** The socket was closed by this side. */
export class SocketClosed {
  readonly _tag = "SocketClosed"
  readonly action: string

  constructor(action: string) {
    this.action = action
  }

  get message(): string {
    return `Cannot ${this.action}: the socket is closed`
  }
}

/** This side aborted. */
export class Aborted {
  readonly _tag = "Aborted"
  readonly progress: Progress

  constructor(progress: Progress) {
    this.progress = progress
  }

  get message(): string {
    const { acceptedBytes, unsentBytes } = this.progress
    return `Connection aborted after ${acceptedBytes} bytes were accepted and before ` +
      `${unsentBytes} more were sent`
  }
}

/** Queued memory was taken away before it was sent. */
export class MemoryLost {
  readonly _tag = "MemoryLost"
  readonly progress: Progress

  constructor(progress: Progress) {
    this.progress = progress
  }

  get message(): string {
    const { acceptedBytes, unsentBytes } = this.progress
    return `Cannot send a queued chunk: its ArrayBuffer was detached before the kernel had it. ` +
      `${acceptedBytes} bytes were accepted, ${unsentBytes} were not. With ownership: "borrow" a ` +
      `chunk must be left alone until it is released`
  }
}

/** The runtime's permissions forbid it. */
export class PermissionDenied {
  readonly _tag = "PermissionDenied"
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** A socket of the runtime cannot be taken over as it is. */
export class TakeOverRefused {
  readonly _tag = "TakeOverRefused"
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** This machine or runtime lacks what the call needs. */
export class Unsupported {
  readonly _tag = "Unsupported"
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Readiness cannot be waited for any more. */
export class WaitFailed {
  readonly _tag = "WaitFailed"
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}
