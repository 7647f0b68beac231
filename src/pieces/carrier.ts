import type * as Effect from "effect/Effect"
import type { Memory } from "../kernel/port.ts"
import type { CopyReason } from "./copy_reason.ts"
import type { SendCounters } from "./counters.ts"
import type { Holds } from "./holds.ts"
import type { Piece } from "./piece.ts"

/**
 * How bytes get from pieces into the kernel, and how the kernel reports that it has let go of them.
 *
 * This is the seam for engines. The queue in front of it knows pieces and holds; ids, error queues,
 * budgets and threads are behind it. A carrier advances the pieces by the accepted bytes, and the queue
 * seals their holds.
 */
export interface Carrier {
  /**
   * Sends some bytes of the pieces from hold `first` on, in order, without blocking. Returns how many
   * were accepted, `-errno`, or `later`.
   */
  send(first: number): number
  /**
   * Copies bytes into the kernel that are no piece, while no piece waits. Returns how many were accepted,
   * or `-errno`.
   */
  sendBytes(memory: Memory, offset: number, length: number): number
  /**
   * The socket has no room, and `queuedBytes` wait from hold `first` on. The carrier may start a call on
   * another thread that waits for room; `away` tells.
   */
  wait(first: number, queuedBytes: number): void
  /** Whether a call is under way elsewhere. Nothing else may send until it ends. */
  readonly away: boolean
  /** There may be room, or another reason to go on. Returns whether to try sending. */
  resume(): boolean
  /** If the call under way elsewhere sends from a file or a pipe, it stops waiting. */
  hurry(): void
  /** Reads the kernel's reports of finished sends. Returns how many records of any kind there were. */
  reap(): number
  /**
   * Whether an error event is the carrier's own and nothing else. `hangup` means that the connection has
   * ended, too.
   */
  explainsError(hangup: boolean): boolean
  /** What the kernel may still read. */
  readonly inFlight: InFlight
  /**
   * Bytes that may be queued; `usual` is the default. `lasting` means that the memory stays with its
   * producer in any case, so that queueing more of it costs nothing.
   */
  queueLimit(usual: number, lasting: boolean): number
  /** Why any next piece would be copied; nothing if it may be sent in place. */
  readonly copies: CopyReason | undefined
  /** What became of the bytes that were sent in place. */
  readonly counts: InPlaceCounts
  /** Counts of notification ids, from an engine that has them. */
  readonly ids: NotificationCounts | undefined
  /** Sending has ended: frees what is reserved. A call under way goes on. */
  end(): void
  /** Aborts the call that is under way elsewhere, and succeeds when it has ended. */
  readonly quiesce: Effect.Effect<void>
}

/** What a carrier uses of its queue. */
export interface CarrierHost {
  /** The hold whose bytes are next. */
  readonly nextHold: number
  readonly acceptedBytes: number
  readonly queuedBytes: number
  readonly failed: boolean
  /** A call elsewhere has accepted `n` bytes. Another may follow. */
  carried(n: number): void
  /** The piece that goes next has got `n` bytes more. */
  grew(n: number): void
  /** A call elsewhere has failed for good, with this errno. */
  carryingFailed(errno: number): void
  /** No call is under way elsewhere any longer. */
  landed(): void
  /** The queued bytes cannot be sent: their memory was detached, or their file has failed. */
  broken(cause: unknown): void
  /** The reason for answering `later` may be gone. */
  unblock(): void
  /** It may have changed what is in flight, or what is waited for. */
  interestChanged(): void
}

/** Bytes that the kernel may still read, and the calls that sent them. */
export interface InFlight {
  readonly bytes: number
  readonly calls: number
}

/** Counts of notification ids. */
interface NotificationCounts {
  /** Notified ids. */
  readonly notified: number
  /** Of these, ids that are known to have been sent without a copy. */
  readonly zerocopyIds: number
  /** Ids that the kernel is known to have copied after all. */
  readonly copiedIds: number
  /** Ids for which the kernel did not report whether it copied. */
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

/** Bytes that were sent in place. */
export interface InPlaceCounts {
  /** Known to have left without a copy. */
  readonly zerocopyBytes: number
  /** The kernel copied them after all. */
  readonly copiedBytes: number
  /** Completed, but the kernel did not report whether it copied them. */
  readonly unverifiedBytes: number
}

/** Returned by `send` if the queue must wait for `unblock`. No errno is as large. */
export const later = -0x10000

/**
 * Bytes that are worth a call of their own. One call of 1 MiB costs two thirds of sixteen calls of 64
 * KiB, more because of ids, notifications and wakes than because of the system calls.
 */
export const flushBytes: number = 1024 * 1024
