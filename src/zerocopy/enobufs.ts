import type { PinLimits } from "../kernel/port.ts"

/**
 * What all sockets of this process have charged to RLIMIT_MEMLOCK. The account is the user's: of what his
 * other processes have charged nothing is known here.
 */
export class LockedPages {
  readonly #limits: PinLimits
  used = 0

  /** The limits are looked at anew for each call. */
  constructor(limits: PinLimits) {
    this.#limits = limits
  }

  get limits(): PinLimits {
    return this.#limits
  }

  /**
   * Bytes of a call of a socket that has `own` pages charged already; `Infinity` where nobody counts. As
   * with the budget, a socket may have as much as is left, so whoever comes later finds something.
   */
  room(own: number): number {
    const limit = Math.floor(this.#limits.memlockBytes / pageBytes)
    if (limit === Infinity) return Infinity
    return Math.max(0, limit - this.used - own - pagesBesides) * pageBytes
  }
}

/**
 * Sees ENOBUFS coming for one socket, so that calls which would fail are not made: the kernel has pinned
 * and charged much by the time it finds out, and has to undo that.
 */
export class EnobufsForecast {
  readonly #locked: LockedPages
  /** Pages by the id that they are charged for. Empty where nobody counts. */
  readonly #charges = new Map<number, number>()
  #own = 0
  #mostIds = Infinity
  #sinceRefusal = 0

  constructor(locked: LockedPages) {
    this.#locked = locked
  }

  /** How many bytes a call may have now, with so many ids outstanding. */
  room(outstanding: number): number {
    return outstanding >= this.#mostIds ? 0 : this.#locked.room(this.#own)
  }

  /**
   * A call that asked for `bytes` took `accepted` of them and got `id`. The kernel charges all of it
   * until then (`mm_account_pinned_pages` in net/core/skbuff.c).
   */
  issued(id: number, bytes: number, accepted: number): void {
    this.#sinceRefusal += accepted
    if (this.#sinceRefusal >= forgetBytes) this.#mostIds = Infinity
    if (this.#locked.limits.memlockBytes === Infinity) return
    this.#charge(id, Math.floor(bytes / pageBytes) + pagesBesides)
  }

  /** The ids from `lo` to `hi` are notified. */
  notified(lo: number, hi: number): void {
    const count = ((hi - lo) >>> 0) + 1
    if (count <= this.#charges.size) {
      for (let i = 0; i < count; i++) this.#charge((lo + i) >>> 0, 0)
      return
    }
    for (const id of this.#charges.keys()) if (((id - lo) >>> 0) < count) this.#charge(id, 0)
  }

  /**
   * ENOBUFS all the same, with so many ids outstanding. Of notifications that is foreseen by having
   * happened: how many calls share one depends on what has left already, which only the kernel knows. So
   * many that would fit if they shared none are never too many.
   */
  refused(outstanding: number): void {
    this.#mostIds = Math.max(outstanding, notificationsIn(this.#locked.limits.optmemBytes))
    this.#sinceRefusal = 0
  }

  #charge(id: number, pages: number): void {
    const change = pages - (this.#charges.get(id) ?? 0)
    if (pages > 0) this.#charges.set(id, pages)
    else this.#charges.delete(id)
    this.#own += change
    this.#locked.used += change
  }
}

/** How many notifications fit, each with a block of its own, of 832 bytes when 576 are free. */
export const notificationsIn = (optmemBytes: number): number =>
  optmemBytes < admittedBytes ? 0 : Math.floor((optmemBytes - admittedBytes) / blockBytes) + 1

/** An `sk_buff` with nothing in it, and `SKB_TRUESIZE(0)`, which `sock_omalloc` asks for (x86-64). */
const blockBytes = 832
const admittedBytes = 576

const pageBytes = 4096
/** Of each call, for a piece that begins or ends inside a page. */
const pagesBesides = 2
/** A refusal may have been another's doing, and is tried again after as many bytes. */
const forgetBytes = 64 * 1024 * 1024
