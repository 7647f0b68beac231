/**
 * Completion notifications of MSG_ZEROCOPY as pure code: no system call, no clock, no imports from
 * outside this folder.
 *
 * @module
 */
export { decodeControl, decodeRecord, NotificationBatch } from "./completion/notification.ts"
export { Holds } from "./completion/holds.ts"
export { type IdCounts, Ids } from "./completion/ids.ts"
export { rangeCount, rangeIncludes } from "./completion/range.ts"
