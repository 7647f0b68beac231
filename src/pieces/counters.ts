import { type CopyReason, copyReasons } from "./copy_reason.ts"

/**
 * Counters of one connection's sending. Plain numbers in one object, so that counting costs nothing: with
 * thousands of connections, each further object is a wait for memory. Bytes that we copied are counted under
 * their reason.
 */
export class SendCounters implements Record<CopyReason, number> {
  /** Calls that accepted bytes. */
  sends = 0
  /** Of these, calls with MSG_ZEROCOPY. Each got a notification id. */
  zerocopySends = 0
  /** Calls that found no room. */
  refusals = 0
  /** Reads of the error queue. */
  errorReads = 0
  /** Records on the error queue that were not zero-copy notifications. */
  foreignRecords = 0
  /** Records whose ids were lost because their control data was truncated. */
  lostRecords = 0
  /** Bytes that were accepted with MSG_ZEROCOPY. */
  pinnedBytes = 0
  /** Bytes that the kernel took from files. */
  fileBytes = 0
  /** Bytes that the kernel moved from another socket. */
  relayedBytes = 0
  /** Bytes that were copied to slots first. They are counted above or below, too, when they are accepted. */
  staged = 0
  small = 0
  local = 0
  copied = 0
  probing = 0
  nobufs = 0
  unsupported = 0
  disabled = 0
  unowned = 0
  isolate = 0

  /** Bytes that we copied, by reason. */
  get reasons(): Record<CopyReason, number> {
    const reasons = {} as Record<CopyReason, number>
    for (const reason of copyReasons) reasons[reason] = this[reason]
    return reasons
  }
}
