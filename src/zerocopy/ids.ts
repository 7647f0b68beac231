import type { InFlight } from "../pieces/mod.ts"
import { nextId, rangeCount, rangeIncludes } from "./range.ts"

/** What became of the ids of one socket. */
export interface IdCounts {
  /** Issued ids, one for each call with MSG_ZEROCOPY that accepted bytes. */
  readonly issued: number
  /** Issued ids that were notified. */
  readonly notified: number
  /** Notified ids that were not in flight: never issued, or already notified. */
  readonly unknownIds: number
  /** Ids and bytes that are known to have been sent without a copy. */
  readonly zerocopyIds: number
  readonly zerocopyBytes: number
  /** Ids and bytes that the kernel is known to have copied after all. */
  readonly copiedIds: number
  readonly copiedBytes: number
  /** Ids and bytes after the first member of a range, about which the kernel reports nothing. */
  readonly unverifiedIds: number
  readonly unverifiedBytes: number
}

/** Of a socket without ids. */
export const noCounts: IdCounts = {
  issued: 0,
  notified: 0,
  unknownIds: 0,
  zerocopyIds: 0,
  zerocopyBytes: 0,
  copiedIds: 0,
  copiedBytes: 0,
  unverifiedIds: 0,
  unverifiedBytes: 0,
}

/** Keeps track of the holds that ids stand for: see `Holds`. */
export interface Completions {
  owe(first: number, last: number): void
  complete(first: number, last: number): void
}

/**
 * The notification ids of one socket that are in flight.
 *
 * An id stands for one call with MSG_ZEROCOPY, which took bytes from one or more consecutive holds. The
 * kernel's counter is a u32 that wraps. Ids are kept in a ring that grows by doubling.
 */
export class Ids implements InFlight {
  readonly #completions: Completions
  #first = noNumbers
  #last = noNumbers
  #bytesOf = noNumbers
  #live = noBytes
  #oldest: number
  #next: number
  #calls = 0
  #bytes = 0
  readonly #counts: Counts = { ...noCounts }

  /** `firstId` is the id that the kernel will give next: 0 for a new socket. */
  constructor(completions: Completions, firstId = 0) {
    this.#completions = completions
    this.#oldest = firstId
    this.#next = firstId
  }

  get counts(): IdCounts {
    return this.#counts
  }

  /** Calls whose ids are in flight. */
  get calls(): number {
    return this.#calls
  }

  /** Bytes of the ids in flight. */
  get bytes(): number {
    return this.#bytes
  }

  /** The id that the next issue will get. */
  get next(): number {
    return this.#next
  }

  /** The distance from the oldest id in flight to the next one: the room that the ring needs. */
  get span(): number {
    return (this.#next - this.#oldest) >>> 0
  }

  /** Records that one call with MSG_ZEROCOPY took `bytes` from the holds `first` to `last`. */
  issue(first: number, last: number, bytes: number): number {
    if (this.span === this.#live.length) this.#grow()
    this.#completions.owe(first, last)
    const id = this.#next
    const at = id & (this.#live.length - 1)
    this.#first[at] = first
    this.#last[at] = last
    this.#bytesOf[at] = bytes
    this.#live[at] = 1
    this.#next = nextId(id)
    this.#calls++
    this.#bytes += bytes
    this.#counts.issued++
    return id
  }

  /**
   * Processes one completion range. Ids that are not in flight are counted and ignored.
   *
   * `copied` is what the kernel reported for the range. It is true only for the first id: the kernel
   * merges ranges by their ids and never compares their codes (`skb_zerocopy_notify_extend` in
   * net/core/skbuff.c), so nothing is known of the others.
   */
  notify(lo: number, hi: number, copied: boolean): void {
    const count = rangeCount(lo, hi)
    const { span } = this
    // Counted here and not from `counts.notified`, because a release may process other notifications.
    let known = 0
    if (count <= span) {
      for (let i = 0, id = lo; i < count; i++, id = nextId(id)) {
        if (this.#complete(id, id === lo, copied)) known++
      }
    } else {
      for (let i = 0, id = this.#oldest; i < span; i++, id = nextId(id)) {
        if (rangeIncludes(lo, hi, id) && this.#complete(id, id === lo, copied)) known++
      }
    }
    this.#counts.unknownIds += count - known
    this.#forgetCompleted()
  }

  /** Returns whether `id` was in flight. */
  #complete(id: number, first: boolean, copied: boolean): boolean {
    if (((id - this.#oldest) >>> 0) >= this.span) return false
    const at = id & (this.#live.length - 1)
    if (this.#live[at] === 0) return false
    this.#live[at] = 0
    this.#calls--
    const bytes = this.#bytesOf[at]
    this.#bytes -= bytes
    this.#judge(bytes, first, copied)
    this.#completions.complete(this.#first[at], this.#last[at])
    return true
  }

  #judge(bytes: number, first: boolean, copied: boolean): void {
    const counts = this.#counts
    counts.notified++
    if (!first) {
      counts.unverifiedIds++
      counts.unverifiedBytes += bytes
    } else if (copied) {
      counts.copiedIds++
      counts.copiedBytes += bytes
    } else {
      counts.zerocopyIds++
      counts.zerocopyBytes += bytes
    }
  }

  #forgetCompleted(): void {
    const mask = this.#live.length - 1
    while (this.#oldest !== this.#next && this.#live[this.#oldest & mask] === 0) {
      this.#oldest = nextId(this.#oldest)
    }
  }

  #grow(): void {
    const size = this.#live.length
    const grown = Math.max(initialSize, size * 2)
    const first = new Float64Array(grown)
    const last = new Float64Array(grown)
    const bytes = new Float64Array(grown)
    const live = new Uint8Array(grown)
    for (let i = 0, id = this.#oldest; i < size; i++, id = nextId(id)) {
      const from = id & (size - 1)
      const to = id & (grown - 1)
      first[to] = this.#first[from]
      last[to] = this.#last[from]
      bytes[to] = this.#bytesOf[from]
      live[to] = this.#live[from]
    }
    this.#first = first
    this.#last = last
    this.#bytesOf = bytes
    this.#live = live
  }
}

type Counts = { -readonly [name in keyof IdCounts]: IdCounts[name] }

const initialSize = 8

/** Shared by sockets that have never sent anything, because there may be ten thousand of them. */
const noNumbers = new Float64Array(0)
const noBytes = new Uint8Array(0)
