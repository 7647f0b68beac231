import * as Effect from "effect/Effect"
import type { Memory } from "../kernel/port.ts"
import {
  type Carrier,
  type CarrierHost,
  copyBytes,
  type CopyReason,
  type Holds,
  type InFlight,
  type Piece,
  type SendCounters,
} from "../pieces/mod.ts"
import type { Chooser } from "./chooser.ts"
import { type IdCounts, noCounts } from "./ids.ts"
import { PieceSender } from "./piece_sender.ts"
import type { ZerocopyTools } from "./tools.ts"

/**
 * Sends with MSG_ZEROCOPY where that pays off. A socket that sends short messages alone never sends a piece, so
 * what pieces need is made for the first of them.
 */
export class ZerocopyCarrier implements Carrier {
  readonly #tools: ZerocopyTools
  readonly #fd: number
  readonly #counters: SendCounters
  readonly #holds: Holds<Piece>
  readonly #chooser: Chooser
  readonly #host: CarrierHost
  #sender: PieceSender | undefined

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
    this.#counters = counters
    this.#holds = holds
    this.#chooser = chooser
    this.#host = host
  }

  get #pieces(): PieceSender {
    if (this.#sender !== undefined) return this.#sender
    const holds = this.#holds
    const chooser = this.#chooser
    const counters = this.#counters
    const host = this.#host
    return this.#sender = new PieceSender(this.#tools, this.#fd, { holds, chooser, counters, host })
  }

  get inFlight(): InFlight {
    return this.#sender === undefined ? nothing : this.#sender.inFlight
  }

  get counts(): IdCounts {
    return this.#sender === undefined ? noCounts : this.#sender.counts
  }

  get ids(): IdCounts {
    return this.counts
  }

  get copies(): CopyReason | undefined {
    return this.#chooser.closed
  }

  get away(): boolean {
    return this.#sender !== undefined && this.#sender.away
  }

  send(first: number): number {
    return this.#pieces.send(first)
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
    this.#pieces.wait(first, queuedBytes)
  }

  resume(): boolean {
    return this.#sender === undefined || this.#sender.resume()
  }

  explainsError(hangup: boolean): boolean {
    return this.#pieces.explainsError(hangup)
  }

  reap(): number {
    return this.#sender === undefined ? 0 : this.#sender.reap()
  }

  queueLimit(usual: number, lasting: boolean): number {
    return this.#sender === undefined ? usual : this.#sender.queueLimit(usual, lasting)
  }

  end(): void {
    this.#sender?.end()
  }

  hurry(): void {
    this.#sender?.hurry()
  }

  get quiesce(): Effect.Effect<void> {
    return this.#sender === undefined ? Effect.void : this.#sender.quiesce
  }
}

const nothing: InFlight = { bytes: 0, calls: 0 }
