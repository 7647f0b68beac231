/**
 * The one error that Zerowire fails with, and the reasons it carries.
 *
 * Wrong use of the API (an unknown option, a chunk that is not a Uint8Array) is a TypeError, as in the
 * streams standard.
 *
 * @module
 */
export { Aborted, ConnectionLost, MemoryLost, type Progress, SocketClosed } from "./connection.ts"
export { ConnectFailed, ListenFailed, LookupFailed, NotActivated } from "./opening.ts"
export { FailureReason } from "./reason.ts"
export { PermissionDenied, TakeOverRefused, Unsupported, WaitFailed } from "./surroundings.ts"
export { TimedOut, type TimeoutOption } from "./timeout.ts"
export { FileFailed, SourceFailed, TransferStopped } from "./transfer.ts"
export { type Reason, ZerowireError } from "./zerowire_error.ts"
