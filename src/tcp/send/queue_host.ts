import type { Piece } from "../../pieces/mod.ts"
import type { TurnEnds } from "./flush_timer.ts"

/** What the sending side needs from its connection. */
export interface QueueHost {
  /** It may have changed whether somebody waits, or whether memory is in flight. */
  interestChanged(): void
  /** A send failed for good, with this errno. */
  sendFailed(errno: number): void
  /**
   * Queued bytes are gone: their memory was detached while they waited, or their file failed. For a file,
   * `cause` is the error to fail with.
   */
  sendBroken(cause: unknown): void
}

/** What the queue uses of the stack that all sockets share. */
export interface QueueTools {
  readonly pieces: { release(piece: Piece): void }
  readonly vector: { clear(): void }
  readonly reactor: { readonly turnEnd: TurnEnds; noteShort(): void }
}
