import type { Ledger, NotificationBatch } from "../completion.ts"
import { errno, errnoName, sendFlags, type Vector } from "../kernel.ts"
import type { Choice, Chooser, CopyReason } from "../threshold.ts"
import type { Carrier } from "./carrier.ts"
import type { SendCounters } from "./counters.ts"
import { type Engine, maxElements } from "./engine.ts"
import type { FileSource } from "./file_source.ts"
import { Foresight } from "./foresight.ts"
import type { Piece } from "./piece.ts"
import type { Turn } from "./round_robin.ts"

/** Sends with MSG_ZEROCOPY where that pays, and reads completions off the socket's error queue. */
export class ZerocopyCarrier implements Carrier {
  readonly #engine: Engine
  readonly #fd: number
  readonly #ledger: Ledger<Piece>
  readonly #chooser: Chooser
  readonly #counters: SendCounters
  readonly #foresight: Foresight
  #pinnedSinceReap = 0
  /** Bytes of the call that was put together last. */
  #asked = 0
  /** Bytes of the call that somebody else makes now. */
  #offered = 0
  /** Bytes in flight, and on offer, as the budget knows them. */
  #pinned = 0

  constructor(
    engine: Engine,
    fd: number,
    ledger: Ledger<Piece>,
    chooser: Chooser,
    counters: SendCounters,
  ) {
    this.#engine = engine
    this.#foresight = new Foresight(engine.locked)
    this.#fd = fd
    this.#ledger = ledger
    this.#chooser = chooser
    this.#counters = counters
  }

  send(first: number): number {
    const { file } = this.#ledger.owner(first)
    if (file !== undefined) return this.#sendFile(this.#ledger.owner(first), file)
    const choice = this.#choose(first)
    const { vector } = this.#engine
    const foreseen = choice === "zerocopy" ? this.#foresee() : 0
    const maxBytes = choice === "zerocopy" ? this.#callBytes(foreseen) : maxCallBytes
    let count = this.#gather(first, choice, vector, maxElements, maxBytes)
    if (choice !== "zerocopy") return this.#sendCopy(first, count, choice)
    if (foreseen === 0) {
      this.#chooser.refused()
      return this.#sendCopy(first, count, "nobufs")
    }

    let n = this.#call(first, count, sendFlags.zerocopy)
    if (n === -errno.ENOBUFS) {
      // Room comes only from completions, and with nothing outstanding none will ever come. So:
      // reap once, try once more, then send the same bytes by copy. Never wait, never fail.
      this.reap()
      // Reaping may have run code that used the vector.
      count = this.#gather(first, choice, vector, maxElements, maxBytes)
      n = this.#call(first, count, sendFlags.zerocopy)
      if (n === -errno.ENOBUFS) {
        this.#foresight.refused(this.#ledger.outstanding)
        this.#chooser.refused()
        return this.#sendCopy(first, count, "nobufs")
      }
    }
    if (n <= 0) return this.#refused(n)
    this.account(first, n)
    return n
  }

  /**
   * Whether to look for completions before the next call, without having been told of any: a probe is
   * under way and decides how the next bytes go, or much was pinned since the last look.
   */
  get reapDue(): boolean {
    return this.#chooser.awaitsVerdict || this.#pinnedSinceReap >= reapBytes
  }

  /** Bytes that the kernel's limits leave for a call; 0 when that would not be worth one. */
  #foresee(): number {
    const { thresholdBytes } = this.#chooser
    const room = () => {
      const bytes = this.#foresight.room(this.#ledger.outstanding)
      return bytes < thresholdBytes ? 0 : bytes
    }
    const foreseen = room()
    if (foreseen > 0 || this.#ledger.outstanding === 0) return foreseen
    // Room comes from completions, and some may be there.
    this.reap()
    return room()
  }

  /** Bytes that a call with MSG_ZEROCOPY may have. */
  #callBytes(foreseen: number): number {
    return Math.min(maxCallBytes, this.#room, foreseen || maxCallBytes)
  }

  /** Whether this socket has so much pinned that others come first. */
  get overBudget(): boolean {
    return this.#room === 0
  }

  /** Whether so much of it has come back that it goes on; if not, it does when `turn` is taken. */
  goesOn(turn: Turn): boolean {
    return this.#engine.budget.goesOn(this.#pinned, turn)
  }

  get #room(): number {
    return this.#engine.budget.room(this.#pinned)
  }

  /** Whether the pieces from hold `first` on may be offered to somebody else to send. */
  mayOffer(first: number): boolean {
    if (this.#ledger.owner(first).file !== undefined) return false
    return this.#choose(first) === "zerocopy" && !this.#chooser.probes &&
      this.#room >= offerBytes && this.#foresight.room(this.#ledger.outstanding) >= offerBytes
  }

  /**
   * Fills `vector` with pieces from hold `first` on for a call with MSG_ZEROCOPY of up to `mostBytes` that
   * somebody else makes. Answers the number of elements and of bytes.
   */
  offer(first: number, vector: Vector, mostBytes: number): { count: number; bytes: number } {
    const room = Math.min(this.#room, this.#foresight.room(this.#ledger.outstanding))
    const count = this.#gather(
      first,
      "zerocopy",
      vector,
      vector.capacity,
      Math.min(mostBytes, room),
    )
    this.#offered = this.#asked
    this.#settle()
    return { count, bytes: this.#asked }
  }

  /** What was offered from hold `first` on is over: `n` bytes were accepted, or `n` says nothing. */
  taken(first: number, n: number): void {
    this.#offered = 0
    if (n > 0) this.account(first, n)
    else this.#settle()
  }

  /** Accounts for a call with MSG_ZEROCOPY that accepted `n` bytes from hold `first` on. */
  account(first: number, n: number): void {
    this.#counters.sends++
    this.#counters.zerocopySends++
    this.#counters.pinnedBytes += n
    this.#pinnedSinceReap += n
    const last = this.#advance(first, n)
    const id = this.#ledger.issue(first, last, n)
    this.#chooser.issued(id)
    this.#foresight.issued(id, this.#asked, n)
    this.#settle()
  }

  reap(): number {
    this.#pinnedSinceReap = 0
    // Releasing may run code that reaps another socket, so a batch in use is out of the pool.
    const batch = this.#engine.notifications.take()
    try {
      return this.#reapInto(batch)
    } finally {
      this.#settle()
      this.#engine.notifications.giveBack(batch)
    }
  }

  #settle(): void {
    const pinned = this.#ledger.inFlightBytes + this.#offered
    if (pinned === this.#pinned) return
    this.#engine.budget.changed(this.#pinned, pinned)
    this.#pinned = pinned
  }

  #reapInto(batch: NotificationBatch): number {
    const { kernel } = this.#engine
    let records = 0
    for (;;) {
      batch.clear()
      const n = kernel.readErrors(this.#fd, batch)
      this.#counters.errorReads++
      if (n <= 0) return records
      records += n
      this.#counters.foreignRecords += batch.foreign
      this.#counters.lostRecords += batch.lost
      for (let i = 0; i < batch.count; i++) {
        const copied = batch.copied[i] !== 0
        this.#chooser.notified(batch.lo[i], copied)
        this.#foresight.notified(batch.lo[i], batch.hi[i])
        this.#ledger.notify(batch.lo[i], batch.hi[i], copied)
      }
      if (n < kernel.errorReads) return records
    }
  }

  #choose(hold: number): Choice {
    const { copyOnly } = this.#ledger.owner(hold)
    return copyOnly ?? this.#chooser.choose(this.#company(hold), this.#ledger.outstanding)
  }

  /**
   * Bytes that a call from `hold` on would pin, as far as that decides anything: pieces that are too
   * small alone share the cost of a call and of its notification with those behind them.
   */
  #company(hold: number): number {
    const { thresholdBytes } = this.#chooser
    let { length: sum } = this.#ledger.owner(hold)
    if (sum < leastPieceBytes) return sum
    for (let next = hold + 1; sum < thresholdBytes && next < this.#ledger.nextHold; next++) {
      const { length, copyOnly, file } = this.#ledger.owner(next)
      if (copyOnly !== undefined || file !== undefined || length < leastPieceBytes) break
      sum += length
    }
    return sum
  }

  /** Whether the piece may go in a zero-copy call that others fill. */
  #joins({ length, copyOnly }: Piece): boolean {
    const least = Math.min(leastPieceBytes, this.#chooser.thresholdBytes)
    return copyOnly === undefined && length >= least
  }

  /** Fills `vector` with pieces that go the same way as the first one; answers how many. */
  #gather(
    first: number,
    choice: Choice,
    vector: Vector,
    maxCount: number,
    maxBytes: number,
  ): number {
    const alone = choice === "zerocopy" && this.#chooser.probes
    const last = alone ? first + 1 : this.#ledger.nextHold
    let count = 0
    let room = maxBytes
    this.#asked = 0
    for (let hold = first; hold < last && count < maxCount && room > 0; hold++) {
      const piece = this.#ledger.owner(hold)
      if (hold > first) {
        if (piece.file !== undefined) break
        if (choice === "zerocopy" ? !this.#joins(piece) : this.#choose(hold) !== choice) break
      }
      const length = Math.min(piece.remaining, room)
      vector.set(count++, piece.memory, piece.offset, length)
      room -= length
      this.#asked += length
    }
    return count
  }

  /**
   * Sends bytes of a file in place, where they are in memory already.
   *
   * @throws {ZerowireError} FileFailed
   */
  #sendFile(piece: Piece, file: FileSource): number {
    const length = Math.min(piece.remaining, fileCallBytes)
    if (!file.ready(piece.offset, length)) return awaitsFile
    const n = this.#callFile(piece, file, length)
    if (n === 0) throw file.failed("SHRUNK", piece)
    if (n < 0 && fileErrors.includes(-n)) throw file.failed(errnoName(-n), piece)
    if (n < 0) return this.#refused(n)
    this.#counters.sends++
    this.#counters.fileBytes += n
    piece.offset += n
    piece.remaining -= n
    return n
  }

  #callFile({ offset }: Piece, file: FileSource, length: number): number {
    let n: number
    do {
      n = this.#engine.kernel.sendFile(this.#fd, file.fd, offset, length)
    } while (n === -errno.EINTR)
    return n
  }

  #sendCopy(first: number, count: number, reason: CopyReason): number {
    const n = this.#call(first, count, 0)
    if (n <= 0) return this.#refused(n)
    this.#counters.sends++
    this.#counters.copied[reason] += n
    this.#chooser.copied(n)
    this.#advance(first, n)
    return n
  }

  #call(first: number, count: number, flags: number): number {
    const { kernel, vector } = this.#engine
    const more = first + count < this.#ledger.nextHold ? sendFlags.more : 0
    for (;;) {
      const n = kernel.send(this.#fd, vector, count, flags | more)
      if (n !== -errno.EINTR) return n
    }
  }

  #refused(n: number): number {
    this.#counters.refusals++
    return n
  }

  /** Moves the pieces on by `bytes` and answers the last hold that gave some. */
  #advance(first: number, bytes: number): number {
    for (let hold = first, left = bytes;; hold++) {
      const piece = this.#ledger.owner(hold)
      const taken = Math.min(left, piece.remaining)
      piece.offset += taken
      piece.remaining -= taken
      left -= taken
      if (left === 0) return hold
    }
  }
}

/** The next bytes are those of a file, and are not in memory yet. */
export const awaitsFile: number = -errno.EINPROGRESS

/** What sendfile(2) fails with because of the file and not of the socket. */
const fileErrors: readonly number[] = [
  ...[errno.EIO, errno.EINVAL, errno.EOVERFLOW, errno.ESPIPE, errno.ESTALE, errno.ENOSYS],
  ...[errno.EBADF, errno.EACCES, errno.EPERM, errno.ENOMEM],
]

/** Bytes of a file in one call: what is looked up in memory at once, and read at once when it is not. */
export const fileCallBytes: number = 1024 * 1024

/**
 * Bytes of one call. The kernel charges RLIMIT_MEMLOCK for the whole call, whatever part of it is
 * accepted (`msg_zerocopy_realloc` in net/core/skbuff.c), so a call asks for no more than a socket's
 * buffer usually holds.
 */
const maxCallBytes = 4 * 1024 * 1024

/**
 * A producer that never lets the event loop turn gets its memory back all the same, every so many
 * bytes. One look costs a microsecond.
 */
const reapBytes = 4 * 1024 * 1024

/**
 * A page: each piece pins at least one, so smaller ones pin more than they send. `mm/gup.c` takes them
 * one by one.
 */
const leastPieceBytes = 4096

/** A courier is worth it when its call may have as many bytes. */
const offerBytes = 8 * 1024 * 1024
