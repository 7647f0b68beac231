import type { LockedMemory } from "../kernel/account.ts"
import type { Faults, Limits } from "./options.ts"
import type { Random } from "./random.ts"
import type { Timeline } from "./timeline.ts"

/** What all parts of one simulated kernel share. */
export interface World {
  readonly timeline: Timeline
  readonly random: Random
  readonly limits: Limits
  readonly faults: Faults
  readonly locked: LockedMemory
  readonly counters: Counters
  readonly violations: Violation[]
}

/**
 * Memory that was changed while the kernel could read it. On a real network, the peer would get altered
 * bytes.
 */
export interface Violation {
  /** Virtual time at which it was found, in milliseconds. */
  readonly time: number
  /** The notification id of the call that sent the memory. */
  readonly id: number
  /** The position of the first byte that differs in the stream. */
  readonly offset: number
  /** How many bytes the piece has. */
  readonly length: number
}

/** What happened so far. */
export interface Counters {
  /** Calls that accepted bytes. */
  sends: number
  /** Accepted bytes. */
  sentBytes: number
  /** Calls that pinned memory and got an id. */
  zerocopySends: number
  /** Calls that failed with ENOBUFS. */
  refusedSends: number
  /** Packets with data that were sent. */
  packets: number
  /** Of these, lost packets. */
  lostPackets: number
  /** Bytes that arrived in order. */
  deliveredBytes: number
  /** Completed ids. */
  completedIds: number
  /** Of these, ids whose bytes were copied. */
  copiedIds: number
  /** Ids that completed after their socket was closed. */
  untoldIds: number
  /** Records that were read from the error queue. */
  records: number
  /** Of these, records that were not notifications. */
  foreignRecords: number
  /** Of these, records whose ids were lost. */
  lostRecords: number
}

export const makeCounters = (): Counters => ({
  sends: 0,
  sentBytes: 0,
  zerocopySends: 0,
  refusedSends: 0,
  packets: 0,
  lostPackets: 0,
  deliveredBytes: 0,
  completedIds: 0,
  copiedIds: 0,
  untoldIds: 0,
  records: 0,
  foreignRecords: 0,
  lostRecords: 0,
})
