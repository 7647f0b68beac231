import type { NotificationBatch } from "../kernel/port.ts"
import type { Holds, Output, Piece, SendCounters } from "../pieces/mod.ts"
import type { Chooser } from "./chooser.ts"
import { EnobufsForecast } from "./enobufs.ts"
import { Ids } from "./ids.ts"
import type { ZerocopyTools } from "./tools.ts"

/**
 * What one socket has in flight: the ids of its calls, their memory's share of the budget and of the kernel's
 * limits, and the error queue, which says what has come back.
 */
export class Flight {
  readonly ids: Ids
  readonly forecast: EnobufsForecast
  /** Bytes in flight and offered to the kernel, as the budget counts them. */
  pinned = 0
  /** Bytes of the courier's call under way. */
  offered = 0
  /** Whether the socket has SO_ZEROCOPY. */
  enabled = false
  readonly #tools: ZerocopyTools
  readonly #fd: number
  readonly #chooser: Chooser
  readonly #counters: SendCounters
  readonly #output: Output
  #pinnedSinceReap = 0

  constructor(
    tools: ZerocopyTools,
    fd: number,
    holds: Holds<Piece>,
    chooser: Chooser,
    counters: SendCounters,
    output: Output,
  ) {
    this.ids = new Ids(holds, tools.kernel.firstId(fd))
    this.forecast = new EnobufsForecast(tools.locked)
    this.#tools = tools
    this.#fd = fd
    this.#chooser = chooser
    this.#counters = counters
    this.#output = output
  }

  /**
   * Whether to check for completions before the next call although no event came: because a probe decides
   * how the next bytes are sent, or because a lot was pinned since the last check.
   */
  get reapDue(): boolean {
    return this.#chooser.awaitsVerdict || this.#pinnedSinceReap >= reapBytes
  }

  /** SO_ZEROCOPY is set on first use, because most connections never send enough for it. */
  enable(): boolean {
    this.enabled = this.#tools.kernel.setOption(this.#fd, "SO_ZEROCOPY", 1) >= 0
    if (!this.enabled) this.#chooser.unsupported()
    return this.enabled
  }

  /** Bytes that the kernel's limits leave for a call; 0 if they are not worth one. */
  foresee(): number {
    const { thresholdBytes } = this.#chooser
    const room = () => {
      const bytes = this.forecast.room(this.ids.calls)
      return bytes < thresholdBytes ? 0 : bytes
    }
    const foreseen = room()
    if (foreseen > 0) return foreseen
    // With nothing outstanding there is nothing to wait for: let the kernel decide.
    if (this.ids.calls === 0) return foreseen
    // Room comes from completions, and some may be waiting.
    this.takeIn()
    return room()
  }

  /** Bytes that the budget leaves for this socket; 0 if it has so much pinned that others come first. */
  get room(): number {
    return this.#tools.budget.room(this.pinned)
  }

  /** Records a call with MSG_ZEROCOPY of `asked` bytes, of which `n` were accepted from hold `first` on. */
  account(first: number, n: number, asked: number): void {
    this.#counters.sends++
    this.#counters.zerocopySends++
    this.#counters.pinnedBytes += n
    this.#pinnedSinceReap += n
    const last = this.#output.advance(first, n)
    const id = this.ids.issue(first, last, n)
    this.#chooser.issued(id)
    this.forecast.issued(id, asked, n)
    this.settle()
  }

  /** Reads the error queue. */
  takeIn(): number {
    this.#pinnedSinceReap = 0
    const { notifications } = this.#tools
    // Releasing may run code that reaps another socket, so a batch in use is not in the pool.
    const batch = notifications.take()
    try {
      return this.#takeInto(batch)
    } finally {
      this.settle()
      notifications.giveBack(batch)
    }
  }

  #takeInto(batch: NotificationBatch): number {
    const { kernel } = this.#tools
    let records = 0
    for (;;) {
      batch.clear()
      const { calls } = this.ids
      const n = kernel.readErrors(this.#fd, batch)
      this.#counters.errorReads++
      if (n <= 0) return records
      records += n
      this.#counters.foreignRecords += batch.foreign
      this.#counters.lostRecords += batch.lost
      for (let i = 0; i < batch.count; i++) {
        const copied = batch.copied[i] !== 0
        this.#chooser.notified(batch.lo[i], copied)
        this.forecast.notified(batch.lo[i], batch.hi[i])
        this.ids.notify(batch.lo[i], batch.hi[i], copied)
      }
      if (n < kernel.errorReads) return records
      // Whoever waited for the last of them may have closed the socket.
      if (calls > 0 && this.ids.calls === 0) return records
    }
  }

  /** Tells the budget what this socket has pinned now. */
  settle(): void {
    const pinned = this.ids.bytes + this.offered
    if (pinned === this.pinned) return
    this.#tools.budget.changed(this.pinned, pinned)
    this.pinned = pinned
  }
}

/**
 * A producer that never lets the event loop turn still gets its memory back, each time this many bytes
 * were sent. One check costs a microsecond.
 */
const reapBytes = 4 * 1024 * 1024
