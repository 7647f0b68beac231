import * as Effect from "effect/Effect"
import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import {
  type Carrier,
  type FileBytes,
  type InFlight,
  type MakeCarrier,
  type Piece,
  type Released,
  type Resume,
  SendCounters,
} from "../../pieces/mod.ts"
import { Backlog } from "./backlog.ts"
import type { FlushTimer } from "./flush_timer.ts"
import { Milestones } from "./milestones.ts"
import type { QueueHost, QueueTools } from "./queue_host.ts"
import { SendLoop, type SendLoopHost } from "./send_loop.ts"

/**
 * The sending side of one connection. It keeps pieces in order, from the write until the kernel has
 * proved that it no longer reads their memory.
 *
 * The pieces and their counts are in `Backlog`, and `SendLoop` sends them. A caller that needs room suspends
 * once, in `Milestones`. Here is what sending ends with: its failure, and who is told.
 */
export class SendQueue implements SendLoopHost {
  readonly counters: SendCounters = new SendCounters()
  readonly carrier: Carrier
  readonly #tools: QueueTools
  readonly #host: QueueHost
  readonly #backlog: Backlog
  readonly #loop: SendLoop
  #milestones: Milestones | undefined
  #ended = false
  #quarantined = false
  #failure: ZerowireError | undefined
  #failureHooks: ((error: ZerowireError) => void)[] | undefined

  constructor(tools: QueueTools, makeCarrier: MakeCarrier, host: QueueHost) {
    this.#tools = tools
    this.#host = host
    this.#backlog = new Backlog((piece) => this.#release(piece))
    this.#loop = new SendLoop(tools, makeCarrier, host, this.#backlog, this.counters, this)
    this.carrier = this.#loop.carrier
  }

  /** Pieces written so far. */
  get writtenPieces(): number {
    return this.#backlog.holds.next
  }

  /** Pieces that are queued or in flight. */
  get held(): number {
    return this.#backlog.holds.held
  }

  /** What the kernel may still read. */
  get inFlight(): InFlight {
    return this.carrier.inFlight
  }

  /** Bytes written so far. */
  get writtenBytes(): number {
    return this.#backlog.writtenBytes
  }

  /** Bytes that the kernel has accepted so far. */
  get acceptedBytes(): number {
    return this.#backlog.acceptedBytes
  }

  /** Bytes that were written and that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.#backlog.queuedBytes
  }

  /** Whether the socket has no room, or a call that waits for room is under way. */
  get blocked(): boolean {
    return this.#loop.blocked
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
    return this.#milestones?.awaited === true
  }

  /** When what is queued in one turn is sent. */
  get flush(): FlushTimer {
    return this.#loop.flush
  }

  /**
   * Queues a piece. It is sent at once if enough is queued for one call, otherwise at the end of the
   * turn, together with everything that is queued by then.
   */
  push(piece: Piece): void {
    this.add(piece)
    this.proceed()
  }

  /**
   * Queues a piece of a chunk, and sends nothing before `proceed`. Sending may release memory, and code that
   * waits for that may write at once: its bytes must not come between the pieces of one chunk.
   */
  add(piece: Piece): void {
    this.#backlog.push(piece)
  }

  /** The pieces of a chunk were added. They are sent as those of `push`. */
  proceed(): void {
    this.#loop.queued()
  }

  /**
   * Queues bytes of `buffer` as part of the last piece, if they follow it in the same memory and have the
   * same `released`. Returns false if they need a piece of their own.
   */
  extend(buffer: ArrayBuffer, offset: number, length: number, released: Released): boolean {
    if (!this.#backlog.extend(buffer, offset, length, released)) return false
    this.#loop.queued()
    return true
  }

  /** Whether bytes may go into the kernel at once, because none wait before them. */
  get clear(): boolean {
    return this.#loop.clear
  }

  /**
   * Copies bytes into the kernel at once, if `clear`. Their memory stays with the caller. Returns how many
   * were accepted, which may be none.
   */
  sendBytes(memory: Memory, offset: number, length: number): number {
    return this.#loop.sendBytes(memory, offset, length)
  }

  /** Sends until nothing is queued or the socket has no room. */
  pump(): void {
    this.#loop.pump()
  }

  /** `pump`, if anything is queued. */
  pumpQueued(): void {
    this.#loop.pumpQueued()
  }

  /** There may be room, or another reason to go on. */
  unblock(): void {
    this.#loop.unblock()
  }

  /**
   * Leaves out what was not accepted of a file that may end early, if its bytes are the last that are
   * queued. Bytes that were queued before it go out.
   */
  leaveOut(file: FileBytes): void {
    this.#loop.leaveOut(file)
  }

  /** Resolves when no call for this queue is under way elsewhere, and what the last one took is known. */
  untilLanded(): Promise<void> {
    return this.#loop.untilLanded()
  }

  /** Calls `task` once, at the end of a turn, when `bytes` bytes since the start are accepted. */
  whenAccepted(bytes: number, task: () => void): void {
    this.#until.whenAccepted(bytes, task, this.#tools.reactor.turnEnd)
  }

  /** Succeeds once `bytes` bytes since the start are accepted. */
  untilAccepted(bytes: number): Effect.Effect<void, ZerowireError> {
    return this.#until.untilAccepted(bytes)
  }

  /** Fails when sending ends early, even while nobody sends. */
  get untilFailure(): Effect.Effect<never, ZerowireError> {
    return Effect.andThen(this.untilAccepted(Infinity), Effect.never)
  }

  /** Succeeds once every piece before hold `end` is released. */
  untilReleasedTo(end: number): Effect.Effect<void, ZerowireError> {
    return this.#until.untilReleasedTo(end)
  }

  /** Calls `resume` once every piece is released. Returns a function that ends the wait. */
  whenReleased(resume: Resume): () => void {
    return this.#until.whenReleasedTo(this.writtenPieces, resume)
  }

  /** Calls `resume` once `bytes` bytes since the start are `acknowledged`, as `whenReleased` does. */
  whenAcknowledged(bytes: number, resume: Resume): () => void {
    return this.#until.whenAcknowledged(bytes, resume)
  }

  /** The peer has acknowledged this many bytes since the start. */
  acknowledged(bytes: number): void {
    this.#milestones?.acknowledged(bytes)
  }

  /** Whether somebody waits for acknowledgements. */
  get awaitsAcknowledgement(): boolean {
    return this.#milestones?.awaitsAcknowledgement === true
  }

  get #until(): Milestones {
    if (this.#milestones !== undefined) return this.#milestones
    this.#milestones = new Milestones(this.#backlog, () => this.#host.interestChanged())
    if (this.#failure !== undefined) this.#milestones.fail(this.#failure)
    if (this.#quarantined) this.#milestones.quarantined()
    return this.#milestones
  }

  noticeAccepted(): void {
    this.#milestones?.accepted()
  }

  #release(piece: Piece): void {
    this.#tools.pieces.release(piece)
    this.#milestones?.released()
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

  /** Refuses all pieces from now on. */
  end(): void {
    this.#ended = true
  }

  /** Whether everything was written: no more pieces will come. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Ends sending. Bytes that are not accepted yet will not be sent. Pieces that the kernel does not read
   * are released at once, the others when it reports so.
   */
  fail(error: ZerowireError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#loop.fail()
    this.#milestones?.fail(error)
    for (const hook of this.#failureHooks?.splice(0) ?? []) hook(error)
    this.#host.interestChanged()
  }

  /**
   * Calls `hook` when sending ends early; at once if it already has. Returns a function that removes the
   * hook.
   */
  onFailure(hook: (error: ZerowireError) => void): () => void {
    if (this.#failure !== undefined) hook(this.#failure)
    else (this.#failureHooks ??= []).push(hook)
    return () => {
      const at = this.#failureHooks?.indexOf(hook) ?? -1
      if (at >= 0) this.#failureHooks?.splice(at, 1)
    }
  }

  /** Tells the owner of each piece that its connection is gone while the kernel may still read. */
  orphanAll(): void {
    this.#backlog.holds.forEachHeld((piece) => piece.released.orphan())
  }

  /** Tells the owner of each piece that its memory must never be used again. */
  quarantineAll(): void {
    this.#backlog.holds.forEachHeld((piece) => piece.released.quarantine())
    this.#quarantined = true
    this.#milestones?.quarantined()
  }
}
