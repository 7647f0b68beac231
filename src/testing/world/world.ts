import type { LockedMemory } from "../kernel/account.ts"
import type { Faults, Limits } from "./options.ts"
import type { Random } from "./random.ts"
import type { Timeline } from "./timeline.ts"

/** What every part of one simulated kernel shares. */
export interface World {
  readonly timeline: Timeline
  readonly random: Random
  readonly limits: Limits
  readonly faults: Faults
  readonly locked: LockedMemory
  readonly counters: Counters
  readonly violations: Violation[]
}

/** Memory that was touched while the kernel could read it: on a real network, altered bytes. */
export interface Violation {
  /** Virtual time at which it was found, in milliseconds. */
  readonly time: number
  /** The notification id of the call that sent the memory. */
  readonly id: number
  /** Which byte of the stream is the first that differs. */
  readonly offset: number
  /** How many bytes the piece has. */
  readonly length: number
}

/** What happened so far. */
export interface Counters {
  /** Calls that accepted bytes. */
  sends: number
  /** Bytes that were accepted. */
  sentBytes: number
  /** Calls that pinned memory and got an id. */
  zerocopySends: number
  /** Calls that were refused an id, with ENOBUFS. */
  refusedSends: number
  /** Packets with data that went out. */
  packets: number
  /** Of these, packets that were lost. */
  lostPackets: number
  /** Bytes that arrived in order. */
  deliveredBytes: number
  /** Ids that were completed. */
  completedIds: number
  /** Of these, ids whose bytes were copied. */
  copiedIds: number
  /** Ids that were completed with nobody left to tell. */
  untoldIds: number
  /** Records of the error queue that were read. */
  records: number
  /** Of these, records that were none of a notification. */
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
