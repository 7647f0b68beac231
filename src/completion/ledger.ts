import { nextId, rangeCount, rangeIncludes } from "./range.ts"

/** What a ledger has counted since it was made. */
export interface LedgerCounts {
  /** Ids that were issued, one for each call with the flag that accepted bytes. */
  readonly issued: number
  /** Issued ids that were notified. */
  readonly notified: number
  /** Ids in notifications that were not in flight: never issued, or notified before. */
  readonly unknownIds: number
  /** Ids and bytes that are known to have gone zero-copy. */
  readonly zerocopyIds: number
  readonly zerocopyBytes: number
  /** Ids and bytes that the kernel is known to have copied after all. */
  readonly copiedIds: number
  readonly copiedBytes: number
  /** Ids and bytes behind the first member of a range, of which the kernel says nothing. */
  readonly unverifiedIds: number
  readonly unverifiedBytes: number
}

/**
 * Who may be given back when: the account of memory that the kernel may still read.
 *
 * A *hold* is one piece of memory, in the order of the byte stream. A *notification id* stands for
 * one call, which took bytes from one or more consecutive holds. A hold is released when it is
 * sealed (no more of its bytes will be sent) and every id that took bytes from it was notified, in
 * whatever order; then `release` is called for its owner, exactly once.
 *
 * Holds are numbered from 0 upwards and never wrap; ids are u32 and do. Both live in rings that
 * grow by doubling, so that the steady state allocates nothing.
 */
export class Ledger<Owner> {
  readonly #release: (owner: Owner) => void

  #owners: (Owner | undefined)[] = []
  #pending = noWords
  #sealed = noBytes
  #firstHold = 0
  #nextHold = 0
  #held = 0

  #idFirst = noNumbers
  #idLast = noNumbers
  #idBytes = noNumbers
  #idLive = noBytes
  #oldestId: number
  #nextId: number
  #outstanding = 0
  #inFlightBytes = 0

  #counts: Counts = {
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

  /**
   * `release` gets each owner once. `firstId` is the id that the socket will give next: 0 for a new
   * socket, something else for one that was taken over.
   */
  constructor(release: (owner: Owner) => void, firstId = 0) {
    this.#release = release
    this.#oldestId = firstId
    this.#nextId = firstId
  }

  get counts(): LedgerCounts {
    return this.#counts
  }

  /** Ids that are in flight. */
  get outstanding(): number {
    return this.#outstanding
  }

  /** Bytes that ids in flight stand for. */
  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  /** Holds that are not released. */
  get held(): number {
    return this.#held
  }

  /** The oldest hold that is not released, or the next one to come: all before it are released. */
  get firstHeld(): number {
    return this.#firstHold
  }

  /** The number that the next hold will get. */
  get nextHold(): number {
    return this.#nextHold
  }

  /** The id that the next issue will get. */
  get nextId(): number {
    return this.#nextId
  }

  /** How far apart the oldest id in flight and the next one are: the room that the ring needs. */
  get idSpan(): number {
    return (this.#nextId - this.#oldestId) >>> 0
  }

  /** Opens a hold for `owner`, behind all others, and returns its number. */
  hold(owner: Owner): number {
    if (this.#nextHold - this.#firstHold === this.#owners.length) this.#growHolds()
    const slot = this.#nextHold & (this.#owners.length - 1)
    this.#owners[slot] = owner
    this.#pending[slot] = 0
    this.#sealed[slot] = 0
    this.#held++
    return this.#nextHold++
  }

  /** The owner of a hold that is not released. */
  owner(hold: number): Owner {
    return this.#owners[this.#slot(hold)] as Owner
  }

  /** Visits the owners of all holds that are not released, oldest first. */
  forEachHeld(visit: (owner: Owner) => void): void {
    for (let hold = this.#firstHold; hold < this.#nextHold; hold++) {
      const slot = hold & (this.#owners.length - 1)
      if (this.#sealed[slot] !== released) visit(this.#owners[slot] as Owner)
    }
  }

  /** Records that one call with the flag took `bytes` from the holds `first` to `last`. */
  issue(first: number, last: number, bytes: number): number {
    const span = this.idSpan
    if (span === this.#idLive.length) this.#growIds()
    const id = this.#nextId
    const at = id & (this.#idLive.length - 1)
    for (let hold = first; hold <= last; hold++) {
      const slot = this.#slot(hold)
      if (this.#sealed[slot] !== 0) {
        throw new Error(`Cannot send from hold ${hold}: it was sealed`)
      }
      this.#pending[slot]++
    }
    this.#idFirst[at] = first
    this.#idLast[at] = last
    this.#idBytes[at] = bytes
    this.#idLive[at] = 1
    this.#nextId = nextId(id)
    this.#outstanding++
    this.#inFlightBytes += bytes
    this.#counts.issued++
    return id
  }

  /** Says that no more bytes of `hold` will be sent. Without ids in flight it is released at once. */
  seal(hold: number): void {
    const slot = this.#slot(hold)
    if (this.#sealed[slot] !== 0) throw new Error(`Cannot seal hold ${hold} twice`)
    this.#sealed[slot] = 1
    if (this.#pending[slot] === 0) this.#free(slot)
  }

  /**
   * Takes in one completion range. Ids that are not in flight are counted and ignored.
   *
   * `copied` is what the kernel said of the range. It holds for the first id alone: the kernel
   * merges ranges by their ids and never compares their codes (`skb_zerocopy_notify_extend` in
   * net/core/skbuff.c), so of the others nothing is known.
   */
  notify(lo: number, hi: number, copied: boolean): void {
    const count = rangeCount(lo, hi)
    const span = this.idSpan
    // Counted here and not by `counts.notified`: `release` may take in notifications of its own.
    let known = 0
    if (count <= span) {
      for (let i = 0, id = lo; i < count; i++, id = nextId(id)) {
        if (this.#complete(id, id === lo, copied)) known++
      }
    } else {
      for (let i = 0, id = this.#oldestId; i < span; i++, id = nextId(id)) {
        if (rangeIncludes(lo, hi, id) && this.#complete(id, id === lo, copied)) known++
      }
    }
    this.#counts.unknownIds += count - known
    this.#forgetCompleted()
  }

  /** Answers whether `id` was in flight. */
  #complete(id: number, first: boolean, copied: boolean): boolean {
    if (((id - this.#oldestId) >>> 0) >= this.idSpan) return false
    const at = id & (this.#idLive.length - 1)
    if (this.#idLive[at] === 0) return false
    this.#idLive[at] = 0
    this.#outstanding--
    const bytes = this.#idBytes[at]
    this.#inFlightBytes -= bytes
    this.#judge(bytes, first, copied)
    // Read before the loop: `release` may send again, and the rings may grow meanwhile.
    const lastHold = this.#idLast[at]
    for (let hold = this.#idFirst[at]; hold <= lastHold; hold++) {
      const slot = this.#slot(hold)
      this.#pending[slot]--
      if (this.#pending[slot] === 0 && this.#sealed[slot] !== 0) this.#free(slot)
    }
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

  #free(slot: number): void {
    const owner = this.#owners[slot] as Owner
    this.#owners[slot] = undefined
    this.#sealed[slot] = released
    this.#held--
    const mask = this.#owners.length - 1
    while (
      this.#firstHold < this.#nextHold && this.#sealed[this.#firstHold & mask] === released
    ) this.#firstHold++
    this.#release(owner)
  }

  #forgetCompleted(): void {
    const mask = this.#idLive.length - 1
    while (this.#oldestId !== this.#nextId && this.#idLive[this.#oldestId & mask] === 0) {
      this.#oldestId = nextId(this.#oldestId)
    }
  }

  #slot(hold: number): number {
    if (hold < this.#firstHold || hold >= this.#nextHold) {
      throw new RangeError(`Cannot use hold ${hold}: it is released, or was never opened`)
    }
    return hold & (this.#owners.length - 1)
  }

  #growHolds(): void {
    const size = this.#owners.length
    const grown = Math.max(initialSize, size * 2)
    const owners: (Owner | undefined)[] = new Array(grown).fill(undefined)
    const pending = new Uint32Array(grown)
    const sealed = new Uint8Array(grown)
    for (let hold = this.#firstHold; hold < this.#nextHold; hold++) {
      const from = hold & (size - 1)
      const to = hold & (grown - 1)
      owners[to] = this.#owners[from]
      pending[to] = this.#pending[from]
      sealed[to] = this.#sealed[from]
    }
    this.#owners = owners
    this.#pending = pending
    this.#sealed = sealed
  }

  #growIds(): void {
    const size = this.#idLive.length
    const grown = Math.max(initialSize, size * 2)
    const first = new Float64Array(grown)
    const last = new Float64Array(grown)
    const bytes = new Float64Array(grown)
    const live = new Uint8Array(grown)
    for (let i = 0, id = this.#oldestId; i < size; i++, id = nextId(id)) {
      const from = id & (size - 1)
      const to = id & (grown - 1)
      first[to] = this.#idFirst[from]
      last[to] = this.#idLast[from]
      bytes[to] = this.#idBytes[from]
      live[to] = this.#idLive[from]
    }
    this.#idFirst = first
    this.#idLast = last
    this.#idBytes = bytes
    this.#idLive = live
  }
}

type Counts = { -readonly [name in keyof LedgerCounts]: LedgerCounts[name] }

/** In the column of seals: 0 open, 1 sealed, and this. */
const released = 2

const initialSize = 8

/** What a socket has that never sent anything: there may be ten thousand of them. */
const noNumbers = new Float64Array(0)
const noWords = new Uint32Array(0)
const noBytes = new Uint8Array(0)
