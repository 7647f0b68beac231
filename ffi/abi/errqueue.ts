/** Decoded notifications of one or more reads of the error queue. Reused from read to read. */
export class NotificationBatch {
  readonly lo: Uint32Array
  readonly hi: Uint32Array
  /** 1 if the kernel copied the first id of the range after all, otherwise 0. */
  readonly copied: Uint8Array
  /** How many ranges the batch has. */
  count = 0
  /** Records that are not zero-copy notifications: ICMP errors, timestamps, anything with an errno. */
  foreign = 0
  /** Records whose ids did not fit into the control buffer. They are lost for ever. */
  lost = 0

  /** `capacity` is the number of ranges that fit. */
  constructor(capacity: number) {
    this.lo = new Uint32Array(capacity)
    this.hi = new Uint32Array(capacity)
    this.copied = new Uint8Array(capacity)
  }

  clear(): void {
    this.count = 0
    this.foreign = 0
    this.lost = 0
  }

  /** Adds one range. The batch must be large enough for the reads that fill it. */
  add(lo: number, hi: number, copied: boolean): void {
    if (this.count === this.lo.length) {
      throw new RangeError(`Cannot hold more than ${this.count} notifications in one batch`)
    }
    this.lo[this.count] = lo
    this.hi[this.count] = hi
    this.copied[this.count] = copied ? 1 : 0
    this.count++
  }
}

/**
 * Decodes the control data of one `recvmsg(MSG_ERRQUEUE)`: `length` bytes of `control` at `start`. Every
 * `cmsghdr` is examined, and those that are not zero-copy notifications are skipped, so "nothing of ours"
 * is never mistaken for "the queue is empty".
 *
 * Layout: `struct cmsghdr` (include/linux/socket.h), `struct sock_extended_err`
 * (include/uapi/linux/errqueue.h), little-endian and 64 bits wide.
 */
export function decodeControl(
  control: DataView,
  start: number,
  length: number,
  batch: NotificationBatch,
): void {
  const end = start + length
  let at = start
  while (at + cmsgHeaderBytes <= end) {
    // The upper half of the 64-bit length is zero for anything that fits a buffer.
    const cmsgLength = control.getUint32(at + cmsgOffset.cmsg_len, true)
    if (cmsgLength < cmsgHeaderBytes) break
    const level = control.getInt32(at + cmsgOffset.cmsg_level, true)
    const type = control.getInt32(at + cmsgOffset.cmsg_type, true)
    // A truncated record may claim more bytes than there are.
    const recordEnd = Math.min(at + cmsgLength, end)
    if (isExtendedError(level, type)) decodeError(control, at + cmsgHeaderBytes, recordEnd, batch)
    else batch.foreign++
    at = start + align8(recordEnd - start)
  }
}

/**
 * The same for the control data of a whole record. If it has no range, it is counted once, as foreign or
 * lost; `truncated` is MSG_CTRUNC.
 */
export function decodeRecord(
  control: DataView,
  start: number,
  length: number,
  truncated: boolean,
  batch: NotificationBatch,
): void {
  const { count, foreign, lost } = batch
  decodeControl(control, start, length, batch)
  const cut = batch.lost > lost || (truncated && batch.foreign === foreign)
  const empty = batch.count === count
  batch.lost = lost + (empty && cut ? 1 : 0)
  batch.foreign = foreign + (empty && !cut ? 1 : 0)
}

/** Level and type must match as a pair; a v4-mapped peer of an IPv6 socket reports the second. */
const isExtendedError = (level: number, type: number): boolean =>
  (level === SOL_IP && type === IP_RECVERR) || (level === SOL_IPV6 && type === IPV6_RECVERR)

function decodeError(control: DataView, at: number, end: number, batch: NotificationBatch): void {
  if (at + extendedErrorBytes > end) {
    batch.lost++
    return
  }
  const errno = control.getUint32(at + errorOffset.ee_errno, true)
  const origin = control.getUint8(at + errorOffset.ee_origin)
  if (errno !== 0 || origin !== SO_EE_ORIGIN_ZEROCOPY) {
    batch.foreign++
    return
  }
  const copied = (control.getUint8(at + errorOffset.ee_code) & SO_EE_CODE_ZEROCOPY_COPIED) !== 0
  const lo = control.getUint32(at + errorOffset.ee_info, true)
  const hi = control.getUint32(at + errorOffset.ee_data, true)
  batch.add(lo, hi, copied)
}

const align8 = (length: number): number => (length + 7) & ~7

export const cmsgOffset = { cmsg_len: 0, cmsg_level: 8, cmsg_type: 12 } as const
export const errorOffset = {
  ee_errno: 0,
  ee_origin: 4,
  ee_type: 5,
  ee_code: 6,
  ee_info: 8,
  ee_data: 12,
} as const

export const cmsgHeaderBytes = 16
export const extendedErrorBytes = 16
export const SO_EE_ORIGIN_ZEROCOPY = 5
export const SO_EE_CODE_ZEROCOPY_COPIED = 1
const SOL_IP = 0
const IP_RECVERR = 11
const SOL_IPV6 = 41
const IPV6_RECVERR = 25
