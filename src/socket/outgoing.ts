import * as Effect from "effect/Effect"
import { Ledger } from "../completion.ts"
import { SocketClosed, ZerowireError } from "../error.ts"
import { errno } from "../kernel.ts"
import type { Chooser } from "../threshold.ts"
import { SendCounters } from "./counters.ts"
import { Delegation, type DelegationHost } from "./delegation.ts"
import type { Engine } from "./engine.ts"
import type { Piece, Released } from "./piece.ts"
import type { Turn } from "./round_robin.ts"
import { Waiters } from "./waiters.ts"
import { awaitsFile, ZerocopyCarrier } from "./zerocopy_carrier.ts"

/** What the sending side of a connection needs of the connection. */
export interface OutgoingHost {
  /** Whether somebody waits, or memory is in flight, has changed. */
  interestChanged(): void
  /** A send failed for good, with this errno. */
  sendFailed(errno: number): void
  /**
   * Queued bytes are gone: their memory was detached while they waited, or their file, for which `cause`
   * is the error to fail with.
   */
  sendBroken(cause: unknown): void
}

/**
 * The sending side of one connection: pieces in the order of the stream, from the write to the proof
 * that the kernel has let go of their memory.
 *
 * `pump` is synchronous: it sends until everything was accepted or the socket has no room, and one
 * suspension follows then, for whoever asked for room.
 */
export class Outgoing implements DelegationHost, Turn {
  readonly counters: SendCounters = new SendCounters()
  readonly #engine: Engine
  readonly #host: OutgoingHost
  readonly #ledger: Ledger<Piece>
  readonly #carrier: ZerocopyCarrier
  readonly #delegation: Delegation
  readonly #accepted: Waiters
  readonly #released: Waiters
  /** Made when somebody waits for it, which is when a socket is closed. */
  #acknowledged: Waiters | undefined
  /** The hold whose bytes go next. */
  #next = 0
  #writtenBytes = 0
  #acceptedBytes = 0
  #delegateFrom = 0
  #blocked = false
  /** Blocked not by the socket but by the budget. */
  #throttled = false
  #pumping = false
  #flushing = false
  #flushHeld = false
  #failure: ZerowireError | undefined

  constructor(engine: Engine, fd: number, chooser: Chooser, host: OutgoingHost) {
    this.#engine = engine
    this.#host = host
    this.#ledger = new Ledger<Piece>(this.#release, engine.kernel.firstId(fd))
    this.#carrier = new ZerocopyCarrier(engine, fd, this.#ledger, chooser, this.counters)
    this.#delegation = new Delegation(engine, fd, this.#carrier, this)
    this.#accepted = new Waiters(() => host.interestChanged())
    this.#released = new Waiters(() => host.interestChanged())
  }

  /** The account of ids and holds. */
  get ledger(): Ledger<Piece> {
    return this.#ledger
  }

  /** Bytes that were written so far. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Bytes that the kernel has accepted so far. */
  get acceptedBytes(): number {
    return this.#acceptedBytes
  }

  /** Bytes that were written and are still ours. */
  get queuedBytes(): number {
    return this.#writtenBytes - this.#acceptedBytes
  }

  /** Whether the socket has no room. */
  get blocked(): boolean {
    return this.#blocked
  }

  /** Whether somebody waits for the kernel. */
  get waiting(): boolean {
    return this.#accepted.size + this.#released.size + (this.#acknowledged?.size ?? 0) > 0
  }

  /** Why nothing can be sent any more. */
  get failure(): ZerowireError | undefined {
    return this.#failure
  }

  /**
   * Refuses to send when that has become impossible.
   *
   * @throws {ZerowireError} what ended the sending.
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#ended) throw new ZerowireError(new SocketClosed("send"))
  }

  /**
   * Queues a piece. It is sent at once when enough is queued for one call, else at the end of the
   * turn together with what else comes until then.
   */
  push(piece: Piece): void {
    this.#ledger.hold(piece)
    this.#queued(piece.remaining)
  }

  /**
   * Queues bytes of `buffer` as part of the piece that was pushed last, if they follow it in the same
   * memory, which comes back by the same `released`. Answers false where they need a piece of their own.
   */
  extend(buffer: ArrayBuffer, offset: number, length: number, released: Released): boolean {
    const last = this.#ledger.nextHold - 1
    // What was sent whole is sealed, and may be released by now.
    if (last < this.#next) return false
    const piece = this.#ledger.owner(last)
    if (piece.released !== released || piece.memory.buffer !== buffer) return false
    if (piece.offset + piece.remaining !== offset || piece.length >= mostPieceBytes) return false
    // A courier may be sending it: its call is for what there was, and the next one takes the rest.
    piece.length += length
    piece.remaining += length
    this.#queued(length)
    return true
  }

  #queued(bytes: number): void {
    this.#writtenBytes += bytes
    if (this.#delegation.calling) return
    // The pieces of one chunk come one after the other, and the first may have found the end.
    if (this.#failure !== undefined) return this.#sealAll()
    if (this.#blocked) {
      if (this.queuedBytes >= delegateBytes) this.#delegate()
      else if (this.queuedBytes >= flushBytes) this.#reserve()
    } else if (this.queuedBytes >= flushBytes) this.pump()
    else this.flushSoon()
  }

  /** Sends what is queued at the end of the turn. */
  flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    this.#engine.reactor.turnEnd.run(this.#flush)
  }

  /**
   * Puts the flush that is due off to the end of the next turn: the producer has more, and lets the
   * event loop turn in between.
   */
  holdFlush(): void {
    this.#flushHeld = this.#flushing
  }

  /** Sends until nothing is queued or the socket has no room. */
  pump(): void {
    // What a released piece sets free may write again; its bytes are found by the loop under way.
    if (this.#blocked || this.#pumping || this.#failure !== undefined) return
    if (this.#delegation.calling) return
    this.#pumping = true
    try {
      this.#sendAll()
    } catch (cause) {
      this.#host.sendBroken(cause)
    } finally {
      this.#pumping = false
      this.#engine.vector.clear()
    }
    this.#accepted.reached(this.#acceptedBytes)
    this.#host.interestChanged()
  }

  #sendAll(): void {
    const fileBytesBefore = this.counters.fileBytes
    while (this.#next < this.#ledger.nextHold) {
      if (this.#carrier.reapDue) this.#carrier.reap()
      if (this.#overBudget()) return
      // sendfile(2) cannot be told not to wait, and a courier that has just ended lets all calls wait.
      if (this.#ledger.owner(this.#next).file !== undefined) this.#delegation.release()
      const n = this.#carrier.send(this.#next)
      if (n === awaitsFile) {
        this.#blocked = true
        return
      }
      if (n === -errno.EAGAIN) {
        this.#blocked = true
        return
      }
      if (n <= 0) return this.#host.sendFailed(-n)
      this.#acceptedBytes += n
      this.#sealSent()
      // What is queued in memory is little. A file is not, and a peer may take it as fast as it is sent.
      if (this.counters.fileBytes - fileBytesBefore >= fileTurnBytes) return this.#goOnLater()
    }
  }

  /** Lets the event loop turn before more is sent. */
  #goOnLater(): void {
    this.#blocked = true
    this.#engine.reactor.turnEnd.run(() => this.unblock())
  }

  /** Whether to wait until memory of ours has come back, because others need theirs. */
  #overBudget(): boolean {
    if (!this.#carrier.overBudget) return false
    this.#blocked = true
    this.#throttled = true
    return true
  }

  /** The socket may have room again, or some of its memory has come back. */
  unblock(): void {
    if (!this.#blocked || (this.#throttled && !this.#carrier.goesOn(this))) return
    this.#goOn()
  }

  /** The budget has enough for it. */
  take(): void {
    if (this.#blocked && this.#throttled) this.#goOn()
  }

  #goOn(): void {
    this.#blocked = false
    this.#throttled = false
    this.#engine.reactor.noteShort()
    this.#delegation.release()
    this.pump()
  }

  /**
   * How many bytes may be queued, where a socket without a courier queues `usual`. A courier's next call
   * should be there in full when one ends. But there is to be no more memory for the sake of that: it may
   * grow with the calls only where the memory is the producer's in any case (`lasting`).
   */
  queueLimit(usual: number, lasting: boolean): number {
    if (this.#delegation.reserved) {
      return Math.max(usual, 2 * (lasting ? this.#delegation.callBytes : delegateBytes))
    }
    // Chunks that wait long are dear: a collector moves them twice. More than a call is of no use here.
    return this.#throttled ? Math.min(usual, flushBytes) : usual
  }

  /** Whether a courier sends for this queue. */
  get delegating(): boolean {
    return this.#delegation.calling
  }

  delegated(first: number, n: number, complete: boolean): void {
    this.#carrier.taken(first, n)
    if (n > 0) {
      this.#acceptedBytes += n
      this.#sealSent()
    }
    this.#blocked = false
    // What is sent from here on was accepted after this many bytes; a slow peer gets no courier soon.
    if (!complete) this.#delegateFrom = this.#acceptedBytes + restBytes
    if (this.#failure !== undefined) this.#sealAll()
    this.#carrier.reap()
    if (this.#failure !== undefined) return
    if (complete && this.queuedBytes >= flushBytes) this.#blocked = this.#delegate()
    this.#accepted.reached(this.#acceptedBytes)
  }

  delegationEnded(): void {
    this.#idle?.()
    this.#host.interestChanged()
    this.pump()
  }

  /** Succeeds once no courier sends for this queue. */
  readonly untilIdle: Effect.Effect<void> = Effect.callback((resume) => {
    if (!this.#delegation.calling) return resume(Effect.void)
    this.#idle = () => resume(Effect.void)
  })
  #idle: (() => void) | undefined

  #reserve(): void {
    if (this.#acceptedBytes >= this.#delegateFrom) this.#delegation.reserve(this.#next)
  }

  #delegate(): boolean {
    if (this.#acceptedBytes < this.#delegateFrom || this.#carrier.overBudget) return false
    try {
      const started = this.#delegation.start(this.#next)
      if (started) this.#host.interestChanged()
      return started
    } catch (cause) {
      this.#host.sendBroken(cause)
      return false
    }
  }

  /**
   * Takes in completions. Answers how many records there were, ours or not. While a courier sends,
   * nothing is taken in: the id of its call is not known yet.
   */
  reap(): number {
    if (this.#delegation.calling) return 0
    const records = this.#carrier.reap()
    if (this.#ledger.outstanding === 0) {
      // Whose memory was all under way may wait for it: a slab has so many slots, and no more.
      if (records > 0) this.#engine.reactor.noteShort()
      this.#host.interestChanged()
    }
    if (this.#throttled) this.unblock()
    if (records > 0) this.#engine.budget.serve()
    return records
  }

  /** Succeeds once `bytes` bytes since the start were accepted. */
  untilAccepted(bytes: number): Effect.Effect<void, ZerowireError> {
    return this.#accepted.until(bytes)
  }

  /** Succeeds once every piece that was written so far has been released. */
  untilReleased(): Effect.Effect<void, ZerowireError> {
    return this.untilReleasedTo(this.#ledger.nextHold)
  }

  /** Succeeds once every piece before hold `end` has been released. */
  untilReleasedTo(end: number): Effect.Effect<void, ZerowireError> {
    return this.#released.until(end)
  }

  /** Succeeds once the peer's kernel has acknowledged `bytes` bytes since the start; see `acknowledged`. */
  untilAcknowledged(bytes: number): Effect.Effect<void, ZerowireError> {
    this.#acknowledged ??= new Waiters(() => this.#host.interestChanged())
    return this.#acknowledged.until(bytes)
  }

  /** So many bytes since the start are acknowledged. */
  acknowledged(bytes: number): void {
    this.#acknowledged?.reached(bytes)
  }

  /** Whether somebody waits for acknowledgements. */
  get awaitsAcknowledgement(): boolean {
    return this.#acknowledged !== undefined && this.#acknowledged.size > 0
  }

  /**
   * Ends sending: what was not accepted will not be sent. Pieces that the kernel does not read are
   * released at once, the others when it says so.
   */
  fail(error: ZerowireError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#blocked = false
    this.#engine.budget.leave(this)
    if (!this.#delegation.calling) this.#sealAll()
    this.#delegation.release()
    this.#engine.vector.clear()
    this.#accepted.fail(error)
    this.#acknowledged?.fail(error)
    for (const hook of this.#failureHooks.splice(0)) hook(error)
    this.#host.interestChanged()
  }

  /** Refuses everything that is pushed from now on. */
  end(): void {
    this.#ended = true
  }

  /** Whether nothing more will be pushed: what was written is all that there is. */
  get ended(): boolean {
    return this.#ended
  }
  #ended = false

  /** Calls `hook` when sending ends early; at once when it has. */
  onFailure(hook: (error: ZerowireError) => void): void {
    if (this.#failure !== undefined) hook(this.#failure)
    else this.#failureHooks.push(hook)
  }
  readonly #failureHooks: ((error: ZerowireError) => void)[] = []

  /** Fails when sending ends early, also while nobody sends. */
  readonly untilFailure: Effect.Effect<never, ZerowireError> = Effect.suspend(() =>
    Effect.andThen(this.untilAccepted(Infinity), Effect.never)
  )

  /** Says to the owner of each piece that its connection is gone while the kernel may still read. */
  orphanAll(): void {
    this.#ledger.forEachHeld((piece) => piece.released.orphan())
  }

  /** Says to the owner of each piece that its memory must never be used again. */
  quarantineAll(): void {
    this.#ledger.forEachHeld((piece) => piece.released.quarantine())
    if (this.#failure !== undefined) this.#released.fail(this.#failure)
  }

  readonly #flush = (): void => {
    if (this.#flushHeld) {
      this.#flushHeld = false
      return this.#engine.reactor.turnEnd.run(this.#flush)
    }
    this.#flushing = false
    this.#flushHook?.()
    this.pump()
  }

  /** Called before each flush; the intake adds what it has gathered. */
  onFlush(hook: () => void): void {
    this.#flushHook = hook
  }
  #flushHook: (() => void) | undefined

  readonly #release = (piece: Piece): void => {
    this.#engine.pieces.release(piece)
    this.#released.reached(this.#ledger.firstHeld)
  }

  #sealAll(): void {
    while (this.#next < this.#ledger.nextHold) this.#ledger.seal(this.#next++)
  }

  #sealSent(): void {
    while (
      this.#next < this.#ledger.nextHold && this.#ledger.owner(this.#next).remaining === 0
    ) this.#ledger.seal(this.#next++)
  }
}

/**
 * As many bytes as are worth a call of their own. One call of 1 MiB costs two thirds of sixteen calls
 * of 64 KiB, in ids, notifications and wakes more than in system calls.
 */
const flushBytes = 1024 * 1024

/** So many bytes of a file take a millisecond or two. */
const fileTurnBytes = 4 * 1024 * 1024

/** A piece comes back as a whole, so chunks that follow each other in memory are one up to here. */
const mostPieceBytes = 1024 * 1024

/** With this much queued and no room, a courier is worth its two wakes. */
const delegateBytes = 8 * 1024 * 1024
/** After a call that took too long, this many bytes go without a courier. */
const restBytes = 64 * 1024 * 1024
