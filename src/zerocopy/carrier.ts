import * as Effect from "effect/Effect"
import {
  errno,
  type Kernel,
  type NotificationBatch,
  sendFlags,
  type Vector,
} from "../kernel/port.ts"
import {
  type Carrier,
  type CarrierHost,
  type CopyReason,
  flushBytes,
  type Holds,
  type InFlight,
  later,
  maxCallBytes,
  Output,
  type OutputTools,
  type Piece,
  type SendCounters,
} from "../pieces/mod.ts"
import type { CourierPool } from "../threads/mod.ts"
import type { PinnedBudget } from "./budget.ts"
import type { Choice, Chooser } from "./chooser.ts"
import { Delegation, type DelegationHost } from "./delegation.ts"
import { EnobufsForecast, type LockedPages } from "./enobufs.ts"
import { type IdCounts, Ids } from "./ids.ts"
import type { Turn } from "./round_robin.ts"

/** What all sockets of a process lend the carriers that send with MSG_ZEROCOPY. */
export interface ZerocopyTools extends OutputTools {
  readonly kernel: Kernel
  readonly budget: PinnedBudget
  readonly locked: LockedPages
  readonly couriers: CourierPool
  readonly notifications: { take(): NotificationBatch; giveBack(batch: NotificationBatch): void }
  readonly clock: { currentTimeMillisUnsafe(): number }
  readonly reactor: OutputTools["reactor"] & { noteShort(): void }
}

/** Sends with MSG_ZEROCOPY where that pays, and reads completions off the socket's error queue. */
export class ZerocopyCarrier implements Carrier, DelegationHost, Turn {
  readonly #tools: ZerocopyTools
  readonly #fd: number
  readonly #holds: Holds<Piece>
  readonly #ids: Ids
  readonly #chooser: Chooser
  readonly #counters: SendCounters
  readonly #host: CarrierHost
  readonly #output: Output
  readonly #forecast: EnobufsForecast
  readonly #delegation: Delegation
  #pinnedSinceReap = 0
  /** Bytes of the call that a courier makes now. */
  #offered = 0
  /** Bytes in flight, and on offer, as the budget knows them. */
  #pinned = 0
  #enabled = false
  /** It waits not for the socket but for the budget. */
  #throttled = false
  /** A courier takes nothing before so many bytes were accepted. */
  #delegateFrom = 0
  #landed: (() => void) | undefined

  constructor(
    tools: ZerocopyTools,
    fd: number,
    holds: Holds<Piece>,
    chooser: Chooser,
    counters: SendCounters,
    host: CarrierHost,
  ) {
    this.#tools = tools
    this.#fd = fd
    this.#holds = holds
    this.#ids = new Ids(holds, tools.kernel.firstId(fd))
    this.#chooser = chooser
    this.#counters = counters
    this.#host = host
    this.#output = new Output(tools, fd, holds, counters, host)
    this.#forecast = new EnobufsForecast(tools.locked)
    this.#delegation = new Delegation(tools, fd, this)
  }

  get inFlight(): InFlight {
    return this.#ids
  }

  get counts(): IdCounts {
    return this.#ids.counts
  }

  get ids(): IdCounts {
    return this.#ids.counts
  }

  get copies(): CopyReason | undefined {
    return this.#chooser.closed
  }

  get away(): boolean {
    return this.#delegation.calling
  }

  send(first: number): number {
    if (this.#reapDue) this.#takeIn()
    if (this.#room === 0) {
      // Others need theirs: it goes on when memory of its own has come back.
      this.#throttled = true
      return later
    }
    const piece = this.#holds.owner(first)
    if (piece.file !== undefined) {
      // sendfile(2) cannot be told not to wait, and a courier that has just ended lets all calls wait.
      this.#delegation.release()
      return this.#output.sendFile(piece, piece.file)
    }
    const choice = this.#choose(first)
    return choice === "zerocopy" ? this.#sendInPlace(first) : this.#sendCopy(first, choice)
  }

  #sendInPlace(first: number): number {
    if (!this.#enabled && !this.#enable()) return this.#sendCopy(first, "unsupported")
    const foreseen = this.#foresee()
    if (foreseen === 0) {
      this.#chooser.refused()
      return this.#sendCopy(first, "nobufs")
    }
    const maxBytes = Math.min(maxCallBytes, this.#room, foreseen)
    const { vector } = this.#tools
    let count = this.#output.gather(first, this.#endOf(first, "zerocopy", vector), vector, maxBytes)
    let n = this.#output.call(first, count, sendFlags.zerocopy)
    if (n === -errno.ENOBUFS) {
      // Room comes only from completions, and with nothing outstanding none will ever come. So:
      // reap once, try once more, then send the same bytes by copy. Never wait, never fail.
      this.#takeIn()
      // Reaping may have run code that used the vector.
      count = this.#output.gather(first, this.#endOf(first, "zerocopy", vector), vector, maxBytes)
      n = this.#output.call(first, count, sendFlags.zerocopy)
      if (n === -errno.ENOBUFS) {
        this.#forecast.refused(this.#ids.calls)
        this.#chooser.refused()
        return this.#sendCopy(first, "nobufs")
      }
    }
    if (n <= 0) return this.#output.refused(n)
    this.#account(first, n, this.#output.asked)
    return n
  }

  /** SO_ZEROCOPY is set when it is needed for the first time: most connections never send so much. */
  #enable(): boolean {
    this.#enabled = this.#tools.kernel.setOption(this.#fd, "SO_ZEROCOPY", 1) >= 0
    if (!this.#enabled) this.#chooser.unsupported()
    return this.#enabled
  }

  #sendCopy(first: number, reason: CopyReason): number {
    const { vector } = this.#tools
    const end = this.#endOf(first, reason, vector)
    const count = this.#output.gather(first, end, vector, maxCallBytes)
    const n = this.#output.copy(first, count, reason)
    if (n > 0) this.#chooser.copied(n)
    return n
  }

  wait(first: number, queuedBytes: number): void {
    if (this.#host.acceptedBytes < this.#delegateFrom) return
    if (queuedBytes >= delegateBytes) this.#delegate(first)
    else if (queuedBytes >= flushBytes && this.#mayOffer(first)) this.#delegation.reserve()
  }

  resume(): boolean {
    if (this.#throttled && !this.#tools.budget.goesOn(this.#pinned, this)) return false
    this.#throttled = false
    this.#delegation.release()
    return true
  }

  /** The budget has enough for it. */
  take(): void {
    if (!this.#throttled) return
    this.#throttled = false
    this.#host.unblock()
  }

  explainsError(hangup: boolean): boolean {
    // EPOLLERR with an empty error queue is no notification: the socket itself has an error. A reset
    // completes every id too, so then both may have come together.
    return this.reap() > 0 && !hangup
  }

  /** While a courier sends, nothing is taken in: the id of its call is not known yet. */
  reap(): number {
    if (this.away) return 0
    const { budget, reactor } = this.#tools
    const records = this.#takeIn()
    if (this.#ids.calls === 0) {
      // Whose memory was all under way may wait for it: a slab has so many slots, and no more.
      if (records > 0) reactor.noteShort()
      this.#host.interestChanged()
    }
    if (this.#throttled) this.#host.unblock()
    if (records > 0) budget.serve()
    return records
  }

  /**
   * A courier's next call should be there in full when one ends. But there is to be no more memory for the
   * sake of that: it may grow with the calls only where the memory is the producer's in any case.
   */
  queueLimit(usual: number, lasting: boolean): number {
    if (this.#delegation.reserved) {
      return Math.max(usual, 2 * (lasting ? this.#delegation.callBytes : delegateBytes))
    }
    // Chunks that wait long are dear: a collector moves them twice. More than a call is of no use here.
    return this.#throttled ? Math.min(usual, flushBytes) : usual
  }

  end(): void {
    this.#tools.budget.leave(this)
    this.#throttled = false
    this.#delegation.release()
  }

  get quiesce(): Effect.Effect<void> {
    return this.away ? this.#comeBack : Effect.void
  }

  get #comeBack(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#landed = () => resume(Effect.void)
      // A reset wakes the call. To shut the socket down would, too, but a FIN would go out first where the
      // peer has acknowledged all that was accepted. Linux 6.4 to 6.6 refuse a reset while a thread waits.
      const { kernel } = this.#tools
      if (kernel.disconnect(this.#fd) === -errno.EBUSY) kernel.abandonSends(this.#fd)
    })
  }

  /** Whether this socket may begin a call that a courier makes. */
  #mayOffer(first: number): boolean {
    if (this.#holds.owner(first).file !== undefined) return false
    return this.#choose(first) === "zerocopy" && !this.#chooser.probes && this.#enabled &&
      this.#room >= offerBytes && this.#forecast.room(this.#ids.calls) >= offerBytes
  }

  #delegate(first: number): void {
    if (this.#room === 0 || !this.#mayOffer(first) || !this.#delegation.reserve()) return
    try {
      this.#delegation.start(first)
    } catch (cause) {
      this.#host.broken(cause)
    }
  }

  offer(first: number, vector: Vector, mostBytes: number): { count: number; bytes: number } {
    const room = Math.min(mostBytes, this.#room, this.#forecast.room(this.#ids.calls))
    const count = this.#output.gather(first, this.#endOf(first, "zerocopy", vector), vector, room)
    this.#offered = this.#output.asked
    this.#settle()
    return { count, bytes: this.#offered }
  }

  delegated(first: number, n: number, complete: boolean): void {
    const asked = this.#offered
    this.#offered = 0
    if (n > 0) this.#account(first, n, asked)
    else this.#settle()
    this.#host.carried(n)
    // What is sent from here on was accepted after this many bytes; a slow peer gets no courier soon.
    if (!complete) this.#delegateFrom = this.#host.acceptedBytes + restBytes
    // What comes back after a failure comes by the proof of a reset.
    if (this.#host.failed) return
    this.#takeIn()
    if (!complete || this.#host.queuedBytes < flushBytes) return
    this.#delegate(this.#host.nextHold)
  }

  delegationEnded(): void {
    this.#landed?.()
    this.#host.landed()
  }

  /**
   * Whether to look for completions before the next call, without having been told of any: a probe is
   * under way and decides how the next bytes go, or much was pinned since the last look.
   */
  get #reapDue(): boolean {
    return this.#chooser.awaitsVerdict || this.#pinnedSinceReap >= reapBytes
  }

  /** Bytes that the kernel's limits leave for a call; 0 when that would not be worth one. */
  #foresee(): number {
    const { thresholdBytes } = this.#chooser
    const room = () => {
      const bytes = this.#forecast.room(this.#ids.calls)
      return bytes < thresholdBytes ? 0 : bytes
    }
    const foreseen = room()
    if (foreseen > 0) return foreseen
    // With nothing outstanding there is nothing to wait for: the kernel says whether it takes the call.
    if (this.#ids.calls === 0) return foreseen
    // Room comes from completions, and some may be there.
    this.#takeIn()
    return room()
  }

  /** Bytes that the budget leaves for this socket; 0 when it has so much pinned that others come first. */
  get #room(): number {
    return this.#tools.budget.room(this.#pinned)
  }

  /** Accounts for a call with MSG_ZEROCOPY of `asked` bytes that accepted `n` from hold `first` on. */
  #account(first: number, n: number, asked: number): void {
    this.#counters.sends++
    this.#counters.zerocopySends++
    this.#counters.pinnedBytes += n
    this.#pinnedSinceReap += n
    const last = this.#output.advance(first, n)
    const id = this.#ids.issue(first, last, n)
    this.#chooser.issued(id)
    this.#forecast.issued(id, asked, n)
    this.#settle()
  }

  /** Takes in what is on the error queue. */
  #takeIn(): number {
    this.#pinnedSinceReap = 0
    const { notifications } = this.#tools
    // Releasing may run code that reaps another socket, so a batch in use is out of the pool.
    const batch = notifications.take()
    try {
      return this.#takeInto(batch)
    } finally {
      this.#settle()
      notifications.giveBack(batch)
    }
  }

  #takeInto(batch: NotificationBatch): number {
    const { kernel } = this.#tools
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
        this.#forecast.notified(batch.lo[i], batch.hi[i])
        this.#ids.notify(batch.lo[i], batch.hi[i], copied)
      }
      if (n < kernel.errorReads) return records
    }
  }

  #settle(): void {
    const pinned = this.#ids.bytes + this.#offered
    if (pinned === this.#pinned) return
    this.#tools.budget.changed(this.#pinned, pinned)
    this.#pinned = pinned
  }

  #choose(hold: number): Choice {
    const { copyOnly } = this.#holds.owner(hold)
    return copyOnly ?? this.#chooser.choose(this.#company(hold), this.#ids.calls)
  }

  /**
   * Bytes that a call from `hold` on would pin, as far as that decides anything: pieces that are too
   * small alone share the cost of a call and of its notification with those behind them.
   */
  #company(hold: number): number {
    const { thresholdBytes } = this.#chooser
    let { length: sum } = this.#holds.owner(hold)
    if (sum < leastPieceBytes) return sum
    for (let next = hold + 1; sum < thresholdBytes && next < this.#holds.next; next++) {
      const { length, copyOnly, file } = this.#holds.owner(next)
      if (copyOnly !== undefined || file !== undefined || length < leastPieceBytes) break
      sum += length
    }
    return sum
  }

  /** Where the pieces end that go the same way as the one of hold `first`, as many as `vector` holds. */
  #endOf(first: number, choice: Choice, { capacity }: Vector): number {
    let end = first + 1
    if (choice === "zerocopy" && this.#chooser.probes) return end
    const last = Math.min(this.#holds.next, first + capacity)
    for (; end < last; end++) {
      const piece = this.#holds.owner(end)
      if (piece.file !== undefined) break
      if (choice === "zerocopy" ? !this.#joins(piece) : this.#choose(end) !== choice) break
    }
    return end
  }

  /** Whether the piece may go in a zero-copy call that others fill. */
  #joins({ length, copyOnly }: Piece): boolean {
    const least = Math.min(leastPieceBytes, this.#chooser.thresholdBytes)
    return copyOnly === undefined && length >= least
  }
}

/** With this much queued and no room, a courier is worth its two wakes. */
const delegateBytes = 8 * 1024 * 1024
/** After a call that took too long, this many bytes go without a courier. */
const restBytes = 64 * 1024 * 1024

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
