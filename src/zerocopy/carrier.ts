import * as Effect from "effect/Effect"
import {
  errno,
  type Kernel,
  type Memory,
  type NotificationBatch,
  type Relayed,
  sendFlags,
  type Vector,
} from "../kernel/port.ts"
import {
  type Carrier,
  type CarrierHost,
  copyBytes,
  type CopyReason,
  type FileBytes,
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

/** What this carrier uses of the stack that all sockets share. */
export interface ZerocopyTools extends OutputTools {
  readonly kernel: Kernel
  readonly budget: PinnedBudget
  readonly locked: LockedPages
  readonly couriers: CourierPool
  readonly notifications: { take(): NotificationBatch; giveBack(batch: NotificationBatch): void }
  readonly clock: { currentTimeMillisUnsafe(): number }
  readonly reactor: OutputTools["reactor"] & { noteShort(): void }
}

/** Sends with MSG_ZEROCOPY where that pays off, and reads completions from the socket's error queue. */
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
  /** Bytes of the courier's call under way. */
  #offered = 0
  /** Bytes in flight and offered to the kernel, as the budget counts them. */
  #pinned = 0
  #enabled = false
  /** Whether it waits for the budget, not for the socket. */
  #throttled = false
  /** No courier is used before this many bytes are accepted. */
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
      // Other sockets need their share: it goes on when some of its own memory has come back.
      this.#throttled = true
      return later
    }
    const piece = this.#holds.owner(first)
    if (piece.file !== undefined) {
      if (this.#relays(piece)) return later
      // sendfile(2) has no flag against blocking, and after a courier's call all calls may block.
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
      // Room comes only from completions, and with nothing outstanding none will come. So reap once, try
      // once more, then send the same bytes by copy. Never wait, never fail.
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

  /** SO_ZEROCOPY is set on first use, because most connections never send enough for it. */
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

  sendBytes(memory: Memory, offset: number, length: number): number {
    const few = length < this.#chooser.thresholdBytes
    const reason = few ? "small" : this.#chooser.closed ?? "unowned"
    const { kernel } = this.#tools
    const n = copyBytes(kernel, this.#fd, this.#counters, memory, offset, length, reason)
    if (n > 0) this.#chooser.copied(n)
    return n
  }

  wait(first: number, queuedBytes: number): void {
    const piece = this.#holds.owner(first)
    if (piece.file?.pipe !== undefined) return this.#relay(first)
    if (this.#host.acceptedBytes < this.#delegateFrom) return
    const { file, remaining } = piece
    if ((file === undefined ? queuedBytes : remaining) >= delegateBytes) this.#delegate(first)
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
    // EPOLLERR with an empty error queue is not a notification: the socket itself has an error. A reset
    // also completes every id, so both may have come together.
    return this.reap() > 0 && !hangup
  }

  /** While a courier sends, nothing is reaped: the id of its call is not known yet. */
  reap(): number {
    if (this.away) return 0
    const { budget, reactor } = this.#tools
    const records = this.#takeIn()
    if (this.#ids.calls === 0) {
      // A producer may wait for memory that is all in flight: a slab has a fixed number of slots.
      if (records > 0) reactor.noteShort()
      this.#host.interestChanged()
    }
    if (this.#throttled) this.#host.unblock()
    if (records > 0) budget.serve()
    return records
  }

  /**
   * When a courier's call ends, the next one should be completely queued. But that must not take more
   * memory: the queue may grow with the calls only if the memory stays with the producer in any case.
   */
  queueLimit(usual: number, lasting: boolean): number {
    if (this.#delegation.reserved) {
      return Math.max(usual, 2 * (lasting ? this.#delegation.callBytes : delegateBytes))
    }
    // Chunks that wait long are expensive: the collector moves them twice. Queueing more than a call is
    // useless.
    return this.#throttled ? Math.min(usual, flushBytes) : usual
  }

  end(): void {
    this.#tools.budget.leave(this)
    this.#throttled = false
    this.#delegation.release()
  }

  hurry(): void {
    this.#delegation.hurry()
  }

  get quiesce(): Effect.Effect<void> {
    return this.away ? this.#comeBack : Effect.void
  }

  get #comeBack(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#landed = () => resume(Effect.void)
      if (this.#delegation.relaying) return this.#delegation.hurry()
      // A reset wakes the call. To shut the socket down would, too, but a FIN would go out first where the
      // peer has acknowledged all that was accepted. Linux 6.4 to 6.6 refuse a reset while a thread waits.
      const { kernel } = this.#tools
      if (kernel.disconnect(this.#fd) === -errno.EBUSY) kernel.abandonSends(this.#fd)
    })
  }

  /** Whether this socket may start a courier's call. */
  #mayOffer(first: number): boolean {
    if (this.#holds.owner(first).file !== undefined) return false
    return this.#choose(first) === "zerocopy" && !this.#chooser.probes && this.#enabled &&
      this.#room >= offerBytes && this.#forecast.room(this.#ids.calls) >= offerBytes
  }

  /**
   * Where an isolate ends before its process, a call that begins later would find the files of others under
   * its numbers; the courier's other calls have a header, which is cleared then.
   */
  get #mayOfferFiles(): boolean {
    return this.#tools.kernel.isolateEnd === "process"
  }

  #delegate(first: number): void {
    const piece = this.#holds.owner(first)
    const { file } = piece
    if (file === undefined ? !this.#mayOffer(first) : !this.#mayOfferFiles) return
    if (!this.#delegation.reserve()) return
    try {
      if (file === undefined) this.#delegation.start(first)
      else this.#delegation.startFile(first, file, piece)
    } catch (cause) {
      this.#host.broken(cause)
    }
  }

  /** Whether a courier moves what goes through the pipe of `piece`. One is reserved then. */
  #relays({ file }: Piece): boolean {
    return file?.pipe?.busy === true && this.#tools.kernel.relays && this.#mayOfferFiles &&
      this.#delegation.reserve()
  }

  #relay(first: number): void {
    const piece = this.#holds.owner(first)
    const { pipe } = piece.file as FileBytes
    if (pipe !== undefined && this.#relays(piece)) {
      this.#delegation.startRelay(first, pipe, piece.remaining)
    }
  }

  relayed(first: number, relayed: Relayed, wanted: boolean): void {
    const piece = this.#holds.owner(first)
    piece.file?.pipe?.relayed(relayed, wanted)
    this.#host.grew(relayed.received)
    this.#output.relayAccepted(piece, relayed)
    this.#host.carried(relayed.accepted)
    if (this.#host.failed) return
    if (relayed.sendError > 0) return this.#host.carryingFailed(relayed.sendError)
    // An unread notification would end the next call.
    if (this.#ids.calls > 0) this.#takeIn()
    // What arrived meanwhile is in the pipe, or its end was found.
    if (this.#host.queuedBytes > 0) this.wait(this.#host.nextHold, this.#host.queuedBytes)
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
    const piece = this.#holds.owner(first)
    if (n <= 0) this.#settle()
    else if (piece.file === undefined) this.#account(first, n, asked)
    else this.#output.fileAccepted(piece, n)
    this.#host.carried(n)
    // A slow peer gets no courier before this many more bytes are accepted.
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
   * Whether to check for completions before the next call although no event came: because a probe decides
   * how the next bytes are sent, or because a lot was pinned since the last check.
   */
  get #reapDue(): boolean {
    return this.#chooser.awaitsVerdict || this.#pinnedSinceReap >= reapBytes
  }

  /** Bytes that the kernel's limits leave for a call; 0 if they are not worth one. */
  #foresee(): number {
    const { thresholdBytes } = this.#chooser
    const room = () => {
      const bytes = this.#forecast.room(this.#ids.calls)
      return bytes < thresholdBytes ? 0 : bytes
    }
    const foreseen = room()
    if (foreseen > 0) return foreseen
    // With nothing outstanding there is nothing to wait for: let the kernel decide.
    if (this.#ids.calls === 0) return foreseen
    // Room comes from completions, and some may be waiting.
    this.#takeIn()
    return room()
  }

  /** Bytes that the budget leaves for this socket; 0 if it has so much pinned that others come first. */
  get #room(): number {
    return this.#tools.budget.room(this.#pinned)
  }

  /** Records a call with MSG_ZEROCOPY of `asked` bytes, of which `n` were accepted from hold `first` on. */
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

  /** Reads the error queue. */
  #takeIn(): number {
    this.#pinnedSinceReap = 0
    const { notifications } = this.#tools
    // Releasing may run code that reaps another socket, so a batch in use is not in the pool.
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
   * Bytes that a call from `hold` on would pin, as far as they matter: pieces that are too small on their
   * own share the cost of a call and of its notification with the pieces after them.
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

  /**
   * The end of the pieces that are sent in the same way as that of hold `first`, as many as `vector`
   * holds.
   */
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

  /** Whether the piece may join a zero-copy call that other pieces fill. */
  #joins({ length, copyOnly }: Piece): boolean {
    const least = Math.min(leastPieceBytes, this.#chooser.thresholdBytes)
    return copyOnly === undefined && length >= least
  }
}

/** With this many bytes queued and no room, a courier is worth its two wakes. */
const delegateBytes = 8 * 1024 * 1024
/** After a call that took too long, this many bytes are sent without a courier. */
const restBytes = 64 * 1024 * 1024

/**
 * A producer that never lets the event loop turn still gets its memory back, each time this many bytes
 * were sent. One check costs a microsecond.
 */
const reapBytes = 4 * 1024 * 1024

/**
 * A page. Each piece pins at least one, so smaller pieces pin more than they send, and `mm/gup.c` pins
 * pages one by one.
 */
const leastPieceBytes = 4096

/** A courier is worthwhile if its call may have this many bytes. */
const offerBytes = 8 * 1024 * 1024
