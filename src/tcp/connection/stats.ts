import type { CopyReason } from "../../pieces/mod.ts"
import type { ThresholdSource } from "../../zerocopy/mod.ts"
import type { Connection } from "./connection.ts"

/**
 * What a socket has sent since it was opened, and how. Queued, held and in-flight numbers are present
 * values.
 */
export interface SocketStats {
  /** Bytes that the kernel accepted. */
  readonly acceptedBytes: number
  /** Bytes that were received from the peer. */
  readonly receivedBytes: number
  /** Bytes that are known to have left without a copy by the kernel. */
  readonly zerocopyBytes: number
  /** Bytes that were sent with MSG_ZEROCOPY, and that the kernel copied after all. */
  readonly kernelCopiedBytes: number
  /**
   * Bytes that were sent with MSG_ZEROCOPY and completed, for which the kernel did not report whether it
   * copied them: a merged notification describes only its first member.
   */
  readonly unverifiedBytes: number
  /**
   * Bytes that `sendFile` or a piped `fileStream` sent. They are neither copied into this process nor
   * pinned.
   */
  readonly fileBytes: number
  /**
   * Bytes that the kernel moved here from another socket, whose `readable` was piped. They are neither
   * copied into this process nor pinned.
   */
  readonly relayedBytes: number
  /** Bytes that Zerowire had the kernel copy: the sum of `reasons`. */
  readonly copiedBytes: number
  /** Bytes that Zerowire had the kernel copy, by reason. */
  readonly reasons: Readonly<Record<CopyReason, number>>
  /**
   * Bytes that Zerowire copied to slots, within the program, before it sent them: small chunks, and those up
   * to 1 MiB that are not borrowed. The counters above have them too, by what the kernel did with them.
   */
  readonly stagedBytes: number
  /** Calls that accepted bytes. */
  readonly sends: number
  /** Calls that found no room (EAGAIN). */
  readonly refusals: number
  /** Bytes that were written and that the kernel has not accepted yet. */
  readonly queuedBytes: number
  /** Bytes that were sent with MSG_ZEROCOPY, and that the kernel may still read. */
  readonly inFlightBytes: number
  /** Pieces of memory that are queued or in flight. */
  readonly held: number
  /** Pieces of memory that came back. */
  readonly released: number
  /** Details of MSG_ZEROCOPY. */
  readonly zerocopy: ZerocopyStats
}

/** What a socket has done with MSG_ZEROCOPY. All zero with `zerocopy: "never"`. */
export interface ZerocopyStats {
  /** Calls with MSG_ZEROCOPY that accepted bytes. Each got one notification id. */
  readonly sends: number
  /** Notified ids: the sum of the next three. */
  readonly notified: number
  /** Notified ids whose bytes are known to have left without a copy. */
  readonly zerocopyIds: number
  /** Notified ids whose bytes the kernel copied after all (SO_EE_CODE_ZEROCOPY_COPIED). */
  readonly kernelCopiedIds: number
  /** Notified ids for which the kernel did not report whether it copied. */
  readonly unverifiedIds: number
  /** Notified ids that this socket had not issued. */
  readonly unknownIds: number
  /** Ids that are not notified yet. */
  readonly inFlightIds: number
  /** Reads of the error queue. */
  readonly errorReads: number
  /** Records on the error queue that were not notifications, such as ICMP errors. */
  readonly foreignRecords: number
  /**
   * Records whose ids were lost because their control data was truncated. Any number but 0 is a bug in
   * Zerowire.
   */
  readonly lostRecords: number
  /** The fewest bytes that this socket sends zero-copy. */
  readonly threshold: number
  /**
   * Where the threshold comes from: an option, the environment, a measurement on this machine, or the
   * default.
   */
  readonly thresholdSource: ThresholdSource
}

/** The present figures of one connection. */
export function statsOf(connection: Connection): SocketStats {
  const { queue, packer, receiver } = connection
  const { counters, carrier, held } = queue
  const { counts } = carrier
  return {
    acceptedBytes: queue.acceptedBytes,
    receivedBytes: receiver.bytes.count,
    zerocopyBytes: counts.zerocopyBytes,
    kernelCopiedBytes: counts.copiedBytes,
    unverifiedBytes: counts.unverifiedBytes,
    fileBytes: counters.fileBytes,
    relayedBytes: counters.relayedBytes,
    copiedBytes: Object.values(counters.reasons).reduce((sum, bytes) => sum + bytes, 0),
    reasons: counters.reasons,
    stagedBytes: counters.staged,
    sends: counters.sends,
    refusals: counters.refusals,
    queuedBytes: queue.queuedBytes + packer.gatheredBytes,
    inFlightBytes: queue.inFlight.bytes,
    held,
    released: queue.writtenPieces - held,
    zerocopy: zerocopyOf(connection),
  }
}

function zerocopyOf({ queue, threshold }: Connection): ZerocopyStats {
  const { counters, carrier, inFlight } = queue
  const { ids = noIds } = carrier
  return {
    sends: counters.zerocopySends,
    notified: ids.notified,
    zerocopyIds: ids.zerocopyIds,
    kernelCopiedIds: ids.copiedIds,
    unverifiedIds: ids.unverifiedIds,
    unknownIds: ids.unknownIds,
    inFlightIds: inFlight.calls,
    errorReads: counters.errorReads,
    foreignRecords: counters.foreignRecords,
    lostRecords: counters.lostRecords,
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
