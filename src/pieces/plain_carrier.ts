import * as Effect from "effect/Effect"
import type { Memory } from "../kernel/port.ts"
import type { Carrier, CarrierHost, InFlight, InPlaceCounts } from "./carrier.ts"
import type { CopyReason } from "./copy_reason.ts"
import type { SendCounters } from "./counters.ts"
import type { Holds } from "./holds.ts"
import { copyBytes, maxCallBytes, Output, type OutputTools } from "./output.ts"
import type { Piece } from "./piece.ts"

/** Sends by copy, and has the kernel send files from its page cache. It never has anything in flight. */
export class PlainCarrier implements Carrier {
  readonly away = false
  readonly inFlight: InFlight = nothing
  readonly counts: InPlaceCounts = none
  readonly copies: CopyReason
  readonly ids = undefined
  readonly quiesce: Effect.Effect<void> = Effect.void
  readonly #tools: OutputTools
  readonly #holds: Holds<Piece>
  readonly #fd: number
  readonly #counters: SendCounters
  readonly #output: Output

  /** `reason` says why nothing is sent in place. */
  constructor(
    tools: OutputTools,
    fd: number,
    holds: Holds<Piece>,
    counters: SendCounters,
    host: Pick<CarrierHost, "unblock">,
    reason: CopyReason,
  ) {
    this.copies = reason
    this.#tools = tools
    this.#fd = fd
    this.#holds = holds
    this.#counters = counters
    this.#output = new Output(tools, fd, holds, counters, host)
  }

  send(first: number): number {
    const piece = this.#holds.owner(first)
    if (piece.file !== undefined) return this.#output.sendFile(piece, piece.file)
    let end = first + 1
    while (end < this.#holds.next && this.#holds.owner(end).file === undefined) end++
    const count = this.#output.gather(first, end, this.#tools.vector, maxCallBytes)
    return this.#output.copy(first, count, this.copies)
  }

  sendBytes(memory: Memory, offset: number, length: number): number {
    const { kernel } = this.#tools
    return copyBytes(kernel, this.#fd, this.#counters, memory, offset, length, this.copies)
  }

  wait(): void {}

  resume(): boolean {
    return true
  }

  hurry(): void {}

  reap(): number {
    return 0
  }

  explainsError(): boolean {
    return false
  }

  queueLimit(usual: number): number {
    return usual
  }

  end(): void {}
}

const nothing: InFlight = { bytes: 0, calls: 0 }
const none: InPlaceCounts = { zerocopyBytes: 0, copiedBytes: 0, unverifiedBytes: 0 }
