import type { CopyReason } from "../../pieces/mod.ts"
import type { ThresholdSource } from "../../zerocopy/mod.ts"
import type { Connection } from "./connection.ts"

/** What a socket has sent so far, and how. All figures are since the start, but for the last six. */
export interface SocketStats {
  /** Bytes that the kernel accepted. */
  readonly acceptedBytes: number
  /** Bytes that are known to have left without a copy. */
  readonly zerocopyBytes: number
  /** Bytes that were sent with MSG_ZEROCOPY, and that the kernel copied after all. */
  readonly kernelCopiedBytes: number
  /**
   * Bytes that were sent with MSG_ZEROCOPY and completed, of which the kernel did not say whether it
   * copied them: a merged notification speaks for its first member alone.
   */
  readonly unverifiedBytes: number
  /** Bytes that the kernel took from files by `sendFile`, without a copy of ours or a pin. */
  readonly fileBytes: number
  /** Bytes that we sent by copy: the sum of `reasons`. */
  readonly copiedBytes: number
  /** Bytes that we sent by copy, by reason. */
  readonly reasons: Readonly<Record<CopyReason, number>>
  /** Calls that accepted bytes. */
  readonly sends: number
  /** Of these, calls with MSG_ZEROCOPY. Each got one notification id. */
  readonly zerocopySends: number
  /** Ids that were notified, and what was said of them: the sum of the next three. */
  readonly notified: number
  /** Notified ids whose bytes are known to have left without a copy. */
  readonly zerocopyIds: number
  /** Notified ids whose bytes the kernel copied after all (SO_EE_CODE_ZEROCOPY_COPIED). */
  readonly kernelCopiedIds: number
  /** Notified ids of which the kernel did not say whether it copied. */
  readonly unverifiedIds: number
  /** Notified ids that this socket had not issued. */
  readonly unknownIds: number
  /** Calls that found no room (EAGAIN). */
  readonly refusals: number
  /** Reads of the error queue. */
  readonly errorReads: number
  /** Records on the error queue that were no notifications, such as ICMP errors. */
  readonly foreignRecords: number
  /** Records whose ids were lost because their control data was cut; any number but 0 is our mistake. */
  readonly lostRecords: number
  /** Pieces of memory that came back. */
  readonly released: number
  /** Pieces of memory that are queued or in flight. */
  readonly held: number
  /** Bytes that were sent with MSG_ZEROCOPY, and that the kernel may still read. */
  readonly inFlightBytes: number
  /** Notification ids that are outstanding. */
  readonly inFlightIds: number
  /** Bytes that were written and not accepted yet. */
  readonly queuedBytes: number
  /** Bytes from which on sending goes zero-copy on this socket. */
  readonly threshold: number
  /** Who said so: an option, the environment, a measurement on this machine, or nobody. */
  readonly thresholdSource: ThresholdSource
}

/** The figures of one connection, as they are now. */
export function statsOf({ queue, packer, threshold }: Connection): SocketStats {
  const { counters, carrier, held, inFlight } = queue
  const { counts, ids = noIds } = carrier
  return {
    acceptedBytes: queue.acceptedBytes,
    zerocopyBytes: counts.zerocopyBytes,
    kernelCopiedBytes: counts.copiedBytes,
    unverifiedBytes: counts.unverifiedBytes,
    fileBytes: counters.fileBytes,
    copiedBytes: Object.values(counters.copied).reduce((sum, bytes) => sum + bytes, 0),
    reasons: { ...counters.copied },
    sends: counters.sends,
    zerocopySends: counters.zerocopySends,
    notified: ids.notified,
    zerocopyIds: ids.zerocopyIds,
    kernelCopiedIds: ids.copiedIds,
    unverifiedIds: ids.unverifiedIds,
    unknownIds: ids.unknownIds,
    refusals: counters.refusals,
    errorReads: counters.errorReads,
    foreignRecords: counters.foreignRecords,
    lostRecords: counters.lostRecords,
    released: queue.writtenPieces - held,
    held,
    inFlightBytes: inFlight.bytes,
    inFlightIds: inFlight.calls,
    queuedBytes: queue.queuedBytes + packer.gatheredBytes,
    threshold: threshold.bytes,
    thresholdSource: threshold.source,
  }
}

const noIds = {
  notified: 0,
  zerocopyIds: 0,
  copiedIds: 0,
  unverifiedIds: 0,
  unknownIds: 0,
}
