/**
 * Completion notifications of MSG_ZEROCOPY as pure code: no system call, no clock, no imports from
 * outside this folder.
 *
 * @module
 */
export { decodeControl, decodeRecord, NotificationBatch } from "./completion/notification.ts"
export { Ledger, type LedgerCounts } from "./completion/ledger.ts"
export { rangeCount, rangeIncludes } from "./completion/range.ts"
