import * as Data from "effect/Data"
import type { YieldableError } from "effect/Cause"
import type { Aborted, ConnectionLost, MemoryLost, SocketClosed } from "./connection.ts"
import type { ConnectFailed, ListenFailed, LookupFailed, NotActivated } from "./opening.ts"
import type { PermissionDenied, TakeOverRefused, Unsupported, WaitFailed } from "./surroundings.ts"
import type { TimedOut } from "./timeout.ts"
import type { FileFailed, SourceFailed, TransferStopped } from "./transfer.ts"

/** Why a call failed. `_tag` tells the reasons apart. */
export type Reason =
  | LookupFailed
  | ConnectFailed
  | ListenFailed
  | NotActivated
  | ConnectionLost
  | SocketClosed
  | Aborted
  | TimedOut
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

/** The error of every call that fails. `reason._tag` says why. In Effect it can be yielded. */
export class ZerowireError extends errorBase {
  /** Why the call failed. */
  declare readonly reason: Reason

  /** `cause` is the error that led to this one, if there was one. */
  constructor(reason: Reason, cause?: unknown) {
    super(cause === undefined ? { reason } : { reason, cause })
  }

  /** What failed, the numbers, the name of the error, and the usual cure. */
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
