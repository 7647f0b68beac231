import type * as Effect from "effect/Effect"
import { errno, sendFlags } from "../kernel/port.ts"
import {
  type CarrierHost,
  type CopyReason,
  flushBytes,
  type Holds,
  type InFlight,
  later,
  maxCallBytes,
  Output,
  type Piece,
  type SendCounters,
} from "../pieces/mod.ts"
import type { Chooser } from "./chooser.ts"
import type { Delegation } from "./delegation.ts"
import { Flight } from "./flight.ts"
import { Grouping } from "./grouping.ts"
import type { IdCounts } from "./ids.ts"
import { delegateBytes, LentCalls } from "./lent_calls.ts"
import type { Turn } from "./round_robin.ts"
import type { ZerocopyTools } from "./tools.ts"

/** What the pieces of one socket are sent with, and counted by. */
export interface PieceSenderParts {
  readonly holds: Holds<Piece>
  readonly chooser: Chooser
  readonly counters: SendCounters
  readonly host: CarrierHost
}

/**
 * Sends pieces with MSG_ZEROCOPY where that pays off, and reads completions from the socket's error queue. The
 * methods are those of a `Carrier`.
 */
export class PieceSender implements Turn {
  readonly #tools: ZerocopyTools
  readonly #holds: Holds<Piece>
  readonly #chooser: Chooser
  readonly #host: CarrierHost
  readonly #output: Output
  readonly #flight: Flight
  readonly #grouping: Grouping
  readonly #lent: LentCalls
  readonly #delegation: Delegation
  /** Whether it waits for the budget, not for the socket. */
  #throttled = false

  constructor(tools: ZerocopyTools, fd: number, parts: PieceSenderParts) {
    const { holds, chooser, counters, host } = parts
    this.#tools = tools
    this.#holds = holds
    this.#chooser = chooser
    this.#host = host
    const output = this.#output = new Output(tools, fd, holds, counters, host)
    const flight = this.#flight = new Flight(tools, fd, holds, chooser, counters, output)
    const grouping = this.#grouping = new Grouping(holds, chooser, flight.ids)
    this.#lent = new LentCalls(tools, fd, { holds, chooser, host, output, flight, grouping })
    this.#delegation = this.#lent.delegation
  }

  get inFlight(): InFlight {
    return this.#flight.ids
  }

  get counts(): IdCounts {
    return this.#flight.ids.counts
  }

  get away(): boolean {
    return this.#delegation.calling
  }

  send(first: number): number {
    if (this.#flight.reapDue) this.#flight.takeIn()
    if (this.#flight.room === 0) {
      // Other sockets need their share: it goes on when some of its own memory has come back.
      this.#throttled = true
      return later
    }
    const piece = this.#holds.owner(first)
    if (piece.file !== undefined) {
      if (this.#lent.relays(piece)) return later
      // sendfile(2) has no flag against blocking, and after a courier's call all calls may block.
      this.#delegation.release()
      return this.#output.sendFile(piece, piece.file)
    }
    const choice = this.#grouping.choose(first)
    return choice === "zerocopy" ? this.#sendInPlace(first) : this.#sendCopy(first, choice)
  }

  #sendInPlace(first: number): number {
    if (!this.#flight.enabled && !this.#flight.enable()) return this.#sendCopy(first, "unsupported")
    const foreseen = this.#flight.foresee()
    if (foreseen === 0) {
      this.#chooser.refused()
      return this.#sendCopy(first, "nobufs")
    }
    const maxBytes = Math.min(maxCallBytes, this.#flight.room, foreseen)
    const { vector } = this.#tools
    let end = this.#grouping.endOf(first, "zerocopy", vector)
    let count = this.#output.gather(first, end, vector, maxBytes)
    let n = this.#output.call(first, count, sendFlags.zerocopy)
    if (n === -errno.ENOBUFS) {
      // Room comes only from completions, and with nothing outstanding none will come. So reap once, try
      // once more, then send the same bytes by copy. Never wait, never fail.
      this.#flight.takeIn()
      // Reaping may have run code that used the vector.
      end = this.#grouping.endOf(first, "zerocopy", vector)
      count = this.#output.gather(first, end, vector, maxBytes)
      n = this.#output.call(first, count, sendFlags.zerocopy)
      if (n === -errno.ENOBUFS) {
        this.#flight.forecast.refused(this.#flight.ids.calls)
        this.#chooser.refused()
        return this.#sendCopy(first, "nobufs")
      }
    }
    if (n <= 0) return this.#output.refused(n)
    this.#flight.account(first, n, this.#output.asked)
    return n
  }

  #sendCopy(first: number, reason: CopyReason): number {
    const { vector } = this.#tools
    const end = this.#grouping.endOf(first, reason, vector)
    const count = this.#output.gather(first, end, vector, maxCallBytes)
    const n = this.#output.copy(first, count, reason)
    if (n > 0) this.#chooser.copied(n)
    return n
  }

  wait(first: number, queuedBytes: number): void {
    this.#lent.wait(first, queuedBytes)
  }

  resume(): boolean {
    if (this.#throttled && !this.#tools.budget.goesOn(this.#flight.pinned, this)) return false
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
    const records = this.#flight.takeIn()
    if (this.#flight.ids.calls === 0) {
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
    return this.#lent.quiesce
  }
}
