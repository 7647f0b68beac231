import type * as Effect from "effect/Effect"
import type { CopyReason } from "./copy_reason.ts"
import type { SendCounters } from "./counters.ts"
import type { Holds } from "./holds.ts"
import type { Piece } from "./piece.ts"

/**
 * How bytes get from pieces into the kernel, and how the kernel says that it has let go of them.
 *
 * This is the seam for engines. The queue in front of it knows pieces and holds; ids, error queues,
 * budgets and threads are behind it. A carrier moves the pieces on by what was accepted, and the queue
 * seals their holds.
 */
export interface Carrier {
  /**
   * Sends some bytes of the pieces from hold `first` on, in order, without blocking. Answers how many were
   * accepted, `-errno`, or `later`.
   */
  send(first: number): number
  /**
   * The socket has no room, and `queuedBytes` wait from hold `first` on. The carrier may have a call made
   * elsewhere that waits for room; `away` tells.
   */
  wait(first: number, queuedBytes: number): void
  /** Whether a call is under way elsewhere. Until it ends nothing else may send. */
  readonly away: boolean
  /** There may be room, or reason to go on. Answers whether sending may be tried. */
  resume(): boolean
  /** Takes in what the kernel has finished. Answers how many records of any kind there were. */
  reap(): number
  /**
   * Whether an error that readiness reports is the carrier's own and no more. `hangup` says that the
   * connection has ended, too.
   */
  explainsError(hangup: boolean): boolean
  /** What the kernel may still read. */
  readonly inFlight: InFlight
  /**
   * Bytes that may be queued where `usual` would be otherwise. `lasting` says that the memory is its
   * producer's in any case, so that more of it costs nothing.
   */
  queueLimit(usual: number, lasting: boolean): number
  /** Why the next piece would go by copy, whatever it is; nothing when it may go in place. */
  readonly copies: CopyReason | undefined
  /** What became of bytes that went in place. */
  readonly counts: InPlaceCounts
  /** What an engine with notification ids has counted of them. */
  readonly ids: NotificationCounts | undefined
  /** Sending has ended: gives back what is reserved. A call that is under way goes on. */
  end(): void
  /** Ends the call that is under way elsewhere, and succeeds when it has ended. */
  readonly quiesce: Effect.Effect<void>
}

/** What a carrier may tell the queue. */
export interface CarrierHost {
  /** The hold whose bytes go next. */
  readonly nextHold: number
  readonly acceptedBytes: number
  readonly queuedBytes: number
  readonly failed: boolean
  /** A call elsewhere has accepted `n` bytes. Another may follow. */
  carried(n: number): void
  /** No call is under way elsewhere any more. */
  landed(): void
  /** What is queued cannot be sent: its memory was detached, or its file has failed. */
  broken(cause: unknown): void
  /** What made a carrier answer `later` may be over. */
  unblock(): void
  /** What is in flight, or who is waited for, has changed. */
  interestChanged(): void
}

/** Bytes, and the calls that they went with, which the kernel may still read. */
export interface InFlight {
  readonly bytes: number
  readonly calls: number
}

/** What an engine with notification ids counts of them. */
interface NotificationCounts {
  /** Ids that were notified. */
  readonly notified: number
  /** Of these, ids that are known to have gone without a copy. */
  readonly zerocopyIds: number
  /** Ids that the kernel is known to have copied after all. */
  readonly copiedIds: number
  /** Ids of which the kernel did not say whether it copied. */
  readonly unverifiedIds: number
  /** Ids that were not in flight. */
  readonly unknownIds: number
}

/** Makes the carrier of a queue. */
export type MakeCarrier = (
  holds: Holds<Piece>,
  counters: SendCounters,
  host: CarrierHost,
) => Carrier

/** Bytes that went in place. */
export interface InPlaceCounts {
  /** Known to have left without a copy. */
  readonly zerocopyBytes: number
  /** The kernel copied them after all. */
  readonly copiedBytes: number
  /** Completed, and the kernel did not say whether it copied them. */
  readonly unverifiedBytes: number
}

/** What `send` answers when the queue is to wait for `unblock`. No errno is as large. */
export const later = -0x10000

/**
 * As many bytes as are worth a call of their own. One call of 1 MiB costs two thirds of sixteen calls
 * of 64 KiB, in ids, notifications and wakes more than in system calls.
 */
export const flushBytes: number = 1024 * 1024
