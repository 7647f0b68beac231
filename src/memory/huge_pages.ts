import { hugePageBytes, type Memory } from "../kernel/port.ts"
import type { Borrower, CourierJob, CourierPool } from "../threads/mod.ts"

/**
 * Moves memory that is sent again and again to huge pages.
 *
 * The kernel pins memory page by page, and handles each page as a fragment of a packet. With huge pages,
 * sending costs a fifth less. A move costs as much as three or four sends save, so only memory that was
 * sent twice is moved: a program that sends it a third time will probably go on. Memory in flight cannot
 * be moved; the next attempt comes when all of it was sent twice as often.
 *
 * A courier makes the move: on a busy machine the kernel first waits for its other processors
 * (`lru_add_drain_all` in mm/swap.c), which took 10 to 80 ms where copying 2 MiB took 0.3.
 */
export class HugePages implements Borrower {
  readonly #couriers: Pick<CourierPool, "take" | "giveBack">
  readonly #buffers = new WeakMap<ArrayBuffer, SentBuffer>()
  /** The memory that is being moved. An address keeps nothing alive, and freed memory is reused. */
  #moving: Memory | undefined

  constructor(couriers: Pick<CourierPool, "take" | "giveBack">) {
    this.#couriers = couriers
  }

  get calling(): boolean {
    return this.#moving !== undefined
  }

  surrender(): CourierJob {
    throw new Error("Cannot surrender a courier in use")
  }

  /** A move cannot be ended, and is soon over. */
  askBack(): void {}

  /** The counters of a block of memory, or nothing if it does not contain a whole huge page. */
  of(memory: Memory): SentBuffer | undefined {
    const { buffer } = memory
    if (buffer.byteLength < hugePageBytes) return undefined
    let account = this.#buffers.get(buffer)
    if (account === undefined) {
      account = new SentBuffer(this, buffer.byteLength)
      this.#buffers.set(buffer, account)
    }
    return account
  }

  /** Starts a move, which calls `done` as a courier does. Returns false if the move must wait. */
  move(memory: Memory, offset: number, length: number, done: (n: number) => void): boolean {
    if (this.calling) return false
    const job = this.#couriers.take(this)
    if (job === undefined) return false
    this.#moving = memory
    job.courier.collapse(memory, offset, length, (n) => {
      this.#moving = undefined
      this.#couriers.giveBack(this, job)
      done(n)
    })
    return true
  }
}

/** How often each part of a buffer was sent. It does not keep the buffer alive. */
export class SentBuffer {
  readonly #pages: Pick<HugePages, "move">
  readonly #byteLength: number
  /** Bytes of each part that were sent. */
  readonly #sent: Float64Array
  /** A part is moved once so many of its bytes were sent. */
  readonly #due: Float64Array

  constructor(pages: Pick<HugePages, "move">, byteLength: number) {
    this.#pages = pages
    this.#byteLength = byteLength
    const parts = Math.ceil(byteLength / partBytes)
    this.#sent = new Float64Array(parts)
    this.#due = Float64Array.from(this.#sent, (_, part) => timesBefore * this.#bytesOf(part))
  }

  /** Bytes of `memory`, whose counters these are, are about to be sent. */
  send(memory: Memory, offset: number, length: number): void {
    const end = offset + length
    for (let from = offset; from < end;) {
      const part = Math.floor(from / partBytes)
      const to = Math.min(end, (part + 1) * partBytes)
      if (this.#sent[part] >= this.#due[part]) this.#move(memory, part)
      this.#sent[part] += to - from
      from = to
    }
  }

  #move(memory: Memory, part: number): void {
    const begun = this.#pages.move(memory, part * partBytes, this.#bytesOf(part), (n) => {
      if (n < 0) this.#due[part] = 2 * this.#sent[part]
    })
    // If it succeeds, there is nothing more to do.
    if (begun) this.#due[part] = Infinity
  }

  #bytesOf(part: number): number {
    return Math.min(partBytes, this.#byteLength - part * partBytes)
  }
}

/** Moving so many bytes takes a courier 5 to 10 ms, and makes up for the cost of a call. */
const partBytes = 32 * 1024 * 1024
const timesBefore = 2
