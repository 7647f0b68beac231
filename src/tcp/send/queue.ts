import * as Effect from "effect/Effect"
import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { errno, type Memory } from "../../kernel/port.ts"
import {
  type Carrier,
  type CarrierHost,
  type FileBytes,
  flushBytes,
  Holds,
  type InFlight,
  later,
  type MakeCarrier,
  type Piece,
  type Released,
  SendCounters,
  Waiters,
} from "../../pieces/mod.ts"
import { FlushTimer, type TurnEnds } from "./flush_timer.ts"
import { type QueueState, step } from "./queue_state.ts"
import { RoomTask } from "./room_task.ts"

/** What the sending side needs from its connection. */
export interface QueueHost {
  /** It may have changed whether somebody waits, or whether memory is in flight. */
  interestChanged(): void
  /** A send failed for good, with this errno. */
  sendFailed(errno: number): void
  /**
   * Queued bytes are gone: their memory was detached while they waited, or their file failed. For a file,
   * `cause` is the error to fail with.
   */
  sendBroken(cause: unknown): void
}

/** What the queue uses of the stack that all sockets share. */
export interface QueueTools {
  readonly pieces: { release(piece: Piece): void }
  readonly vector: { clear(): void }
  readonly reactor: { readonly turnEnd: TurnEnds; noteShort(): void }
}

/**
 * The sending side of one connection. It keeps pieces in order, from the write until the kernel has
 * proved that it no longer reads their memory.
 *
 * `pump` is synchronous: it sends until everything is accepted or the socket has no room. A caller that
 * needs room suspends once.
 */
export class SendQueue implements CarrierHost {
  readonly counters: SendCounters = new SendCounters()
  readonly carrier: Carrier
  readonly #tools: QueueTools
  readonly #host: QueueHost
  readonly #holds: Holds<Piece>
  readonly #flush: FlushTimer
  // Created when somebody waits: a socket of small messages never does, and with thousands of sockets each
  // object that a message passes is a wait for memory.
  #accepted: Waiters | undefined
  #released: Waiters | undefined
  #acknowledged: Waiters | undefined
  #room: RoomTask | undefined
  #state: QueueState = "ready"
  /** What is left of it is left out when the call that is under way has ended. */
  #leftOut: FileBytes | undefined
  #landing: PromiseWithResolvers<void> | undefined
  #nextHold = 0
  /** The number that the next hold will get. */
  #endHold = 0
  #writtenBytes = 0
  #acceptedBytes = 0
  #ended = false
  #quarantined = false
  #failure: ZerowireError | undefined
  readonly #failureHooks: ((error: ZerowireError) => void)[] = []

  constructor(tools: QueueTools, makeCarrier: MakeCarrier, host: QueueHost) {
    this.#tools = tools
    this.#host = host
    this.#holds = new Holds<Piece>(this.#release)
    this.#flush = new FlushTimer(tools.reactor.turnEnd, () => this.pumpQueued())
    this.carrier = makeCarrier(this.#holds, this.counters, this)
  }

  /** The hold whose bytes go next. */
  get nextHold(): number {
    return this.#nextHold
  }

  /** Pieces written so far. */
  get writtenPieces(): number {
    return this.#holds.next
  }

  /** Pieces that are queued or in flight. */
  get held(): number {
    return this.#holds.held
  }

  /** What the kernel may still read. */
  get inFlight(): InFlight {
    return this.carrier.inFlight
  }

  /** Bytes written so far. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Bytes that the kernel has accepted so far. */
  get acceptedBytes(): number {
    return this.#acceptedBytes
  }

  /** Bytes that were written and that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.#writtenBytes - this.#acceptedBytes
  }

  /** Whether the socket has no room, or a call that waits for room is under way. */
  get blocked(): boolean {
    return this.#state === "blocked" || this.#state === "away"
  }

  /** Whether a call for this queue is under way elsewhere. */
  get away(): boolean {
    return this.carrier.away
  }

  /** Whether nothing is to be heard of the kernel. */
  get idle(): boolean {
    return !this.waiting && this.queuedBytes === 0 && this.inFlight.calls === 0
  }

  /** Whether somebody waits for the kernel. */
  get waiting(): boolean {
    return isAwaited(this.#accepted) || isAwaited(this.#released) || isAwaited(this.#acknowledged)
  }

  /** Why nothing can be sent any more. */
  get failure(): ZerowireError | undefined {
    return this.#failure
  }

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /**
   * Throws if sending has become impossible.
   *
   * @throws {ZerowireError} the error that ended the sending.
   */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#ended) throw new ZerowireError(new SocketClosed("send"))
  }

  /**
   * Queues a piece. It is sent at once if enough is queued for one call, otherwise at the end of the
   * turn, together with everything that is queued by then.
   */
  push(piece: Piece): void {
    this.#endHold = this.#holds.open(piece) + 1
    this.#queued(piece.remaining)
  }

  /**
   * Queues bytes of `buffer` as part of the last piece, if they follow it in the same memory and have the
   * same `released`. Returns false if they need a piece of their own.
   */
  extend(buffer: ArrayBuffer, offset: number, length: number, released: Released): boolean {
    const last = this.#holds.next - 1
    // A piece that was sent completely is sealed, and may already be released.
    if (last < this.#nextHold) return false
    const piece = this.#holds.owner(last)
    if (piece.released !== released || piece.memory.buffer !== buffer) return false
    if (piece.offset + piece.remaining !== offset || piece.length >= mostPieceBytes) return false
    // A call elsewhere may be sending this piece. It sends the old length; the next call sends the rest.
    piece.length += length
    piece.remaining += length
    this.#queued(length)
    return true
  }

  #queued(bytes: number): void {
    this.#writtenBytes += bytes
    switch (this.#state) {
      case "failed":
        // The pieces of one chunk are pushed one by one, and the first may have found that sending has
        // ended.
        if (!this.away) this.#sealAll()
        return
      case "blocked":
        return this.#wait()
      case "ready":
        return this.queuedBytes >= flushBytes ? this.pump() : this.flushSoon()
    }
  }

  #wait(): void {
    this.carrier.wait(this.#nextHold, this.queuedBytes)
    // The carrier may have found an error and failed the queue.
    if (!this.away || this.#state !== "blocked") return
    this.#to("away")
    this.#host.interestChanged()
  }

  /** Sends what is queued at the end of the turn. */
  flushSoon(): void {
    this.#flush.start()
  }

  /**
   * Delays the scheduled flush to the end of the next turn: the producer has more, and lets the event
   * loop turn in between.
   */
  holdFlush(): void {
    this.#flush.hold()
  }

  /**
   * Delays flushes for a few turns at most: a file is being opened, and should share a packet with the bytes
   * before it. Returns a function that ends the delay.
   */
  awaitFile(): () => void {
    return this.#flush.await()
  }

  /** Calls `hook` before each flush. The packer uses it to queue what it has gathered. */
  onFlush(hook: () => void): void {
    this.#flush.before(hook)
  }

  /** Whether bytes may go into the kernel at once, because none wait before them. */
  get clear(): boolean {
    return this.#state === "ready" && this.#nextHold === this.#endHold
  }

  /**
   * Copies bytes into the kernel at once, if `clear`. Their memory stays with the caller. Returns how many
   * were accepted, which may be none.
   */
  sendBytes(memory: Memory, offset: number, length: number): number {
    const n = this.carrier.sendBytes(memory, offset, length)
    if (n === -errno.EAGAIN) return 0
    if (n <= 0) {
      // The error counts them as unsent. The caller queues them afterwards, or drops them.
      this.#writtenBytes += length
      this.#host.sendFailed(-n)
      this.#writtenBytes -= length
      return 0
    }
    this.#writtenBytes += n
    this.#acceptedBytes += n
    this.#tellAccepted()
    return n
  }

  /** `pump`, if anything is queued. */
  pumpQueued(): void {
    if (this.#nextHold < this.#endHold) this.pump()
  }

  /** Calls `task` once, at the end of a turn, when `bytes` bytes since the start are accepted. */
  whenAccepted(bytes: number, task: () => void): void {
    this.#room ??= new RoomTask(this.#tools.reactor.turnEnd)
    this.#room.wait(bytes, task)
    this.#room.accepted(this.#acceptedBytes)
  }

  #tellAccepted(): void {
    this.#accepted?.reached(this.#acceptedBytes)
    this.#room?.accepted(this.#acceptedBytes)
  }

  /** Sends until nothing is queued or the socket has no room. */
  pump(): void {
    // Releasing a piece may trigger another write. The loop under way finds its bytes.
    if (this.#state !== "ready") return
    this.#to("sending")
    try {
      this.#sendAll()
    } catch (cause) {
      if (!this.#endEarly()) this.broken(cause)
    } finally {
      this.#tools.vector.clear()
    }
    if (this.#is("sending")) this.#to("ready")
    this.#leaveOutLate()
    this.#tellAccepted()
    this.#host.interestChanged()
  }

  #sendAll(): void {
    while (this.#nextHold < this.#holds.next && this.#is("sending")) {
      const n = this.carrier.send(this.#nextHold)
      if (n === later || n === -errno.EAGAIN) return this.#block()
      if (n <= 0) return this.#host.sendFailed(-n)
      this.#acceptedBytes += n
      this.#sealSent()
    }
  }

  #block(): void {
    this.#to("blocked")
    // Of a file nothing more may be pushed, which is when a carrier is told of what waits otherwise.
    if (this.#holds.owner(this.#nextHold).file !== undefined) this.#wait()
  }

  unblock(): void {
    if (this.#state !== "blocked" || !this.carrier.resume()) return
    this.#to("ready")
    this.#tools.reactor.noteShort()
    this.pump()
  }

  /**
   * Leaves out what was not accepted of a file that may end early, if its bytes are the last that are
   * queued. Bytes that were queued before it go out.
   */
  leaveOut(file: FileBytes): void {
    const last = this.#holds.next - 1
    if (last < this.#nextHold || this.failed) return
    const piece = this.#holds.owner(last)
    if (piece.file !== file) return
    // A call may be sending it: one that has woken whoever stops it, or one elsewhere.
    if (this.#is("sending") || this.away && last === this.#nextHold) {
      this.#leftOut = file
      return this.carrier.hurry()
    }
    this.#writtenBytes -= piece.remaining
    piece.length -= piece.remaining
    piece.remaining = 0
    this.#sealSent()
    // It may have waited for bytes of the file alone.
    this.unblock()
    this.#host.interestChanged()
  }

  /** The file that goes next has failed: leaves the rest of it out, where that is no gap. */
  #endEarly(): boolean {
    if (this.#nextHold === this.#holds.next) return false
    const { file } = this.#holds.owner(this.#nextHold)
    if (file?.endsEarly !== true) return false
    this.#leftOut = file
    return true
  }

  #leaveOutLate(): void {
    const leftOut = this.#leftOut
    this.#leftOut = undefined
    if (leftOut !== undefined) this.leaveOut(leftOut)
  }

  carried(n: number): void {
    if (n > 0) {
      this.#acceptedBytes += n
      this.#sealSent()
    }
    this.#leaveOutLate()
    if (this.failed) this.#sealAll()
    else this.#tellAccepted()
  }

  grew(n: number): void {
    this.#writtenBytes += n
  }

  carryingFailed(number: number): void {
    this.#host.sendFailed(number)
  }

  landed(): void {
    if (this.#state === "away") this.#to("ready")
    this.#landing?.resolve()
    this.#landing = undefined
    this.#host.interestChanged()
    this.pump()
  }

  /** Resolves when no call for this queue is under way elsewhere, and what the last one took is known. */
  async untilLanded(): Promise<void> {
    if (!this.away) return
    this.#landing ??= Promise.withResolvers()
    await this.#landing.promise
  }

  broken(cause: unknown): void {
    this.#host.sendBroken(cause)
  }

  interestChanged(): void {
    this.#host.interestChanged()
  }

  /** How many bytes may be queued; `usual` for a socket that does not send at full speed. */
  queueLimit(usual: number, lasting: boolean): number {
    return this.carrier.queueLimit(usual, lasting)
  }

  /** Reads the kernel's reports of finished sends. Returns how many records there were, ours or not. */
  reap(): number {
    return this.carrier.reap()
  }

  /** Succeeds once `bytes` bytes since the start are accepted. */
  untilAccepted(bytes: number): Effect.Effect<void, ZerowireError> {
    if (this.#accepted === undefined) {
      this.#accepted = this.#waiters()
      this.#accepted.reached(this.#acceptedBytes)
      if (this.#failure !== undefined) this.#accepted.fail(this.#failure)
    }
    return this.#accepted.until(bytes)
  }

  /** Fails when sending ends early, even while nobody sends. */
  get untilFailure(): Effect.Effect<never, ZerowireError> {
    return Effect.andThen(this.untilAccepted(Infinity), Effect.never)
  }

  /** Succeeds once every piece written so far is released. */
  untilReleased(): Effect.Effect<void, ZerowireError> {
    return this.untilReleasedTo(this.#holds.next)
  }

  /** Succeeds once every piece before hold `end` is released. */
  untilReleasedTo(end: number): Effect.Effect<void, ZerowireError> {
    if (this.#released === undefined) {
      this.#released = this.#waiters()
      this.#released.reached(this.#holds.first)
      if (this.#quarantined && this.#failure !== undefined) this.#released.fail(this.#failure)
    }
    return this.#released.until(end)
  }

  /** Succeeds once the peer's kernel has acknowledged `bytes` bytes since the start; see `acknowledged`. */
  untilAcknowledged(bytes: number): Effect.Effect<void, ZerowireError> {
    this.#acknowledged ??= this.#waiters()
    return this.#acknowledged.until(bytes)
  }

  /** The peer has acknowledged this many bytes since the start. */
  acknowledged(bytes: number): void {
    this.#acknowledged?.reached(bytes)
  }

  /** Whether somebody waits for acknowledgements. */
  get awaitsAcknowledgement(): boolean {
    return this.#acknowledged !== undefined && this.#acknowledged.size > 0
  }

  /**
   * Ends sending. Bytes that are not accepted yet will not be sent. Pieces that the kernel does not read
   * are released at once, the others when it reports so.
   */
  fail(error: ZerowireError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#to("failed")
    if (!this.away) this.#sealAll()
    this.carrier.end()
    this.#tools.vector.clear()
    this.#accepted?.fail(error)
    this.#acknowledged?.fail(error)
    for (const hook of this.#failureHooks.splice(0)) hook(error)
    this.#host.interestChanged()
  }

  /** Refuses all pieces from now on. */
  end(): void {
    this.#ended = true
  }

  /** Whether everything was written: no more pieces will come. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Calls `hook` when sending ends early; at once if it already has. Returns a function that removes the
   * hook.
   */
  onFailure(hook: (error: ZerowireError) => void): () => void {
    if (this.#failure !== undefined) hook(this.#failure)
    else this.#failureHooks.push(hook)
    return () => {
      const at = this.#failureHooks.indexOf(hook)
      if (at >= 0) this.#failureHooks.splice(at, 1)
    }
  }

  /** Tells the owner of each piece that its connection is gone while the kernel may still read. */
  orphanAll(): void {
    this.#holds.forEachHeld((piece) => piece.released.orphan())
  }

  /** Tells the owner of each piece that its memory must never be used again. */
  quarantineAll(): void {
    this.#holds.forEachHeld((piece) => piece.released.quarantine())
    this.#quarantined = true
    if (this.#failure !== undefined) this.#released?.fail(this.#failure)
  }

  #waiters(): Waiters {
    return new Waiters(() => this.#host.interestChanged())
  }

  readonly #release = (piece: Piece): void => {
    this.#tools.pieces.release(piece)
    this.#released?.reached(this.#holds.first)
  }

  #sealAll(): void {
    while (this.#nextHold < this.#holds.next) this.#holds.seal(this.#nextHold++)
  }

  #sealSent(): void {
    while (
      this.#nextHold < this.#holds.next && this.#holds.owner(this.#nextHold).remaining === 0
    ) this.#holds.seal(this.#nextHold++)
  }

  #to(state: QueueState): void {
    this.#state = step(this.#state, state)
  }

  /** Compares the state where a call may have changed it. */
  #is(state: QueueState): boolean {
    return this.#state === state
  }
}

const isAwaited = (waiters: Waiters | undefined): boolean =>
  waiters !== undefined && waiters.size > 0

/** A piece is released as a whole, so adjacent chunks are joined only up to this size. */
const mostPieceBytes = 1024 * 1024
