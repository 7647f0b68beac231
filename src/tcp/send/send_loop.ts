import { errno, type Memory } from "../../kernel/port.ts"
import {
  type Carrier,
  type CarrierHost,
  type FileBytes,
  flushBytes,
  later,
  type MakeCarrier,
  type SendCounters,
} from "../../pieces/mod.ts"
import type { Backlog } from "./backlog.ts"
import { FlushTimer } from "./flush_timer.ts"
import type { QueueHost, QueueTools } from "./queue_host.ts"
import { type QueueState, step } from "./queue_state.ts"

/** Who is told how far the loop has come. */
export interface SendLoopHost {
  /** Bytes of the backlog were accepted, perhaps. */
  noticeAccepted(): void
}

/**
 * Gives the pieces of a backlog to the carrier, and takes what the carrier reports.
 *
 * `pump` is synchronous: it sends until everything is accepted or the socket has no room.
 */
export class SendLoop implements CarrierHost {
  readonly carrier: Carrier
  readonly flush: FlushTimer
  readonly #tools: QueueTools
  readonly #host: QueueHost
  readonly #backlog: Backlog
  readonly #told: SendLoopHost
  #state: QueueState = "ready"
  /** What is left of it is left out when the call that is under way has ended. */
  #leftOut: FileBytes | undefined
  #landing: PromiseWithResolvers<void> | undefined

  constructor(
    tools: QueueTools,
    makeCarrier: MakeCarrier,
    host: QueueHost,
    backlog: Backlog,
    counters: SendCounters,
    told: SendLoopHost,
  ) {
    this.#tools = tools
    this.#host = host
    this.#backlog = backlog
    this.#told = told
    this.flush = new FlushTimer(tools.reactor.turnEnd, () => this.pumpQueued())
    this.carrier = makeCarrier(backlog.holds, counters, this)
  }

  get nextHold(): number {
    return this.#backlog.nextHold
  }

  get acceptedBytes(): number {
    return this.#backlog.acceptedBytes
  }

  get queuedBytes(): number {
    return this.#backlog.queuedBytes
  }

  get failed(): boolean {
    return this.#state === "failed"
  }

  /** Whether the socket has no room, or a call that waits for room is under way. */
  get blocked(): boolean {
    return this.#state === "blocked" || this.#state === "away"
  }

  /** Whether bytes may go into the kernel at once, because none wait before them. */
  get clear(): boolean {
    return this.#state === "ready" && this.#backlog.empty
  }

  /** Something was added to the backlog. */
  queued(): void {
    switch (this.#state) {
      case "failed":
        // The pieces of one chunk are pushed one by one, and the first may have found that sending has
        // ended.
        if (!this.carrier.away) this.#backlog.sealAll()
        return
      case "blocked":
        return this.#wait()
      case "ready":
        return this.queuedBytes >= flushBytes ? this.pump() : this.flush.start()
    }
  }

  #wait(): void {
    this.carrier.wait(this.nextHold, this.queuedBytes)
    // The carrier may have found an error and failed the queue.
    if (!this.carrier.away || this.#state !== "blocked") return
    this.#to("away")
    this.#host.interestChanged()
  }

  sendBytes(memory: Memory, offset: number, length: number): number {
    const backlog = this.#backlog
    const n = this.carrier.sendBytes(memory, offset, length)
    if (n === -errno.EAGAIN) return 0
    if (n <= 0) {
      // The error counts them as unsent. The caller queues them afterwards, or drops them.
      backlog.writtenBytes += length
      this.#host.sendFailed(-n)
      backlog.writtenBytes -= length
      return 0
    }
    backlog.writtenBytes += n
    backlog.acceptedBytes += n
    this.#told.noticeAccepted()
    return n
  }

  /** `pump`, if anything is queued. */
  pumpQueued(): void {
    if (!this.#backlog.empty) this.pump()
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
    this.#told.noticeAccepted()
    this.#host.interestChanged()
  }

  #sendAll(): void {
    while (!this.#backlog.empty && this.#is("sending")) {
      const n = this.carrier.send(this.nextHold)
      if (n === later || n === -errno.EAGAIN) return this.#block()
      if (n <= 0) return this.#host.sendFailed(-n)
      this.#backlog.accept(n)
    }
  }

  #block(): void {
    this.#to("blocked")
    // Of a file nothing more may be pushed, which is when a carrier is told of what waits otherwise.
    if (this.#backlog.next.file !== undefined) this.#wait()
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
    const { last } = this.#backlog
    if (last?.file !== file || this.failed) return
    // A call may be sending it: one that has woken whoever stops it, or one elsewhere.
    if (this.#is("sending") || this.carrier.away && this.#backlog.oneLeft) {
      this.#leftOut = file
      return this.carrier.hurry()
    }
    this.#backlog.cut(last)
    // It may have waited for bytes of the file alone.
    this.unblock()
    this.#host.interestChanged()
  }

  /** The file that goes next has failed: leaves the rest of it out, where that is no gap. */
  #endEarly(): boolean {
    if (this.#backlog.empty) return false
    const { file } = this.#backlog.next
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
    if (n > 0) this.#backlog.accept(n)
    this.#leaveOutLate()
    if (this.failed) this.#backlog.sealAll()
    else this.#told.noticeAccepted()
  }

  grew(n: number): void {
    this.#backlog.writtenBytes += n
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

  /** Resolves when no call is under way elsewhere, and what the last one took is known. */
  async untilLanded(): Promise<void> {
    if (!this.carrier.away) return
    this.#landing ??= Promise.withResolvers()
    await this.#landing.promise
  }

  broken(cause: unknown): void {
    this.#host.sendBroken(cause)
  }

  interestChanged(): void {
    this.#host.interestChanged()
  }

  /** Nothing will be sent any more. Pieces that the kernel does not read are released. */
  fail(): void {
    this.#to("failed")
    if (!this.carrier.away) this.#backlog.sealAll()
    this.carrier.end()
    this.#tools.vector.clear()
  }

  #to(state: QueueState): void {
    this.#state = step(this.#state, state)
  }

  /** Compares the state where a call may have changed it. */
  #is(state: QueueState): boolean {
    return this.#state === state
  }
}
