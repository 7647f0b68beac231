import type { PinLimits } from "../kernel/port.ts"

/**
 * What all sockets of this process have charged to RLIMIT_MEMLOCK. The limit is per user, and nothing is
 * known here of what the user's other processes have charged.
 */
export class LockedPages {
  readonly #limits: PinLimits
  used = 0

  /** The limits are read for each call. */
  constructor(limits: PinLimits) {
    this.#limits = limits
  }

  get limits(): PinLimits {
    return this.#limits
  }

  /**
   * The most bytes for a call of a socket that already has `own` pages charged; `Infinity` if the limit
   * does not apply. As with the budget, a socket may have as much as is left, so that later sockets find
   * some.
   */
  room(own: number): number {
    const limit = Math.floor(this.#limits.memlockBytes / pageBytes)
    if (limit === Infinity) return Infinity
    return Math.max(0, limit - this.used - own - pagesBesides) * pageBytes
  }
}

/**
 * Predicts ENOBUFS for one socket, so that calls are not made in vain: by the time such a call fails, the
 * kernel has pinned and charged a lot, and has to undo it.
 */
export class EnobufsForecast {
  readonly #locked: LockedPages
  /** Charged pages by id. Empty if the limit does not apply. */
  readonly #charges = new Map<number, number>()
  #own = 0
  #mostIds = Infinity
  #sinceRefusal = 0

  constructor(locked: LockedPages) {
    this.#locked = locked
  }

  /** How many bytes a call may have, with this many ids outstanding. */
  room(outstanding: number): number {
    return outstanding >= this.#mostIds ? 0 : this.#locked.room(this.#own)
  }

  /**
   * A call with `bytes` bytes got `accepted` of them accepted, and the id `id`. Until the notification
   * the kernel charges the whole call (`mm_account_pinned_pages` in net/core/skbuff.c).
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
   * ENOBUFS came anyway, with this many ids outstanding. For notifications, the prediction is learned
   * from such failures: how many calls share a notification depends on which bytes have left already, and
   * only the kernel knows that. The number that fits without sharing is always safe.
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

/** How many notifications fit if each has its own block: 832 bytes, of which 576 must be free. */
export const notificationsIn = (optmemBytes: number): number =>
  optmemBytes < admittedBytes ? 0 : Math.floor((optmemBytes - admittedBytes) / blockBytes) + 1

/** An `sk_buff` with nothing in it, and `SKB_TRUESIZE(0)`, which `sock_omalloc` asks for (x86-64). */
const blockBytes = 832
const admittedBytes = 576

const pageBytes = 4096
/** Per call, for pieces that begin or end inside a page. */
const pagesBesides = 2
/** Another process may have caused the refusal, so it is tried again after this many bytes. */
const forgetBytes = 64 * 1024 * 1024
