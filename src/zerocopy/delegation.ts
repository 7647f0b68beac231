import { courierPatience, type Kernel, sendFlags, type Vector } from "../kernel/port.ts"
import type { Borrower, CourierJob, CourierPool } from "../threads/mod.ts"

/** What a delegation needs of the carrier that it sends for. */
export interface DelegationHost {
  /**
   * Fills `vector` with pieces from hold `first` on for a call with MSG_ZEROCOPY of up to `mostBytes`.
   * Answers the number of elements and of bytes.
   *
   * @throws {RangeError} when the memory of a piece was detached.
   */
  offer(first: number, vector: Vector, mostBytes: number): { count: number; bytes: number }
  /**
   * A call has ended: `n` bytes from the hold `first` on were accepted, or `n` says nothing.
   * `complete` says that it was all that was offered, so that another call may follow.
   */
  delegated(first: number, n: number, complete: boolean): void
  /** Nobody sends for the carrier any more. */
  delegationEnded(): void
}

/** What all sockets of a process lend a delegation. */
export interface DelegationTools {
  readonly kernel: Kernel
  readonly couriers: CourierPool
  readonly clock: { currentTimeMillisUnsafe(): number }
}

/**
 * The time during which a courier sends for one socket, call after call.
 *
 * A socket without room wakes whoever waits for it with every batch of notifications, four times in
 * five for nothing, and a wake across threads into JavaScript costs more than sending 256 KiB. A
 * courier's call waits in the kernel instead, and JavaScript hears of it once in some MiB.
 */
export class Delegation implements Borrower {
  readonly #tools: DelegationTools
  readonly #fd: number
  readonly #host: DelegationHost
  #job: CourierJob | undefined
  #callBytes = leastCallBytes
  /** Whether calls on the file descriptor may wait. */
  #patient = false
  #calling = false

  constructor(tools: DelegationTools, fd: number, host: DelegationHost) {
    this.#tools = tools
    this.#fd = fd
    this.#host = host
  }

  /** Whether a call is under way. Until it ends nothing else may send, or reap. */
  get calling(): boolean {
    return this.#calling
  }

  /** Whether a courier is kept for this socket: then more may be queued, so that a call is worth it. */
  get reserved(): boolean {
    return this.#job !== undefined
  }

  /** Bytes of the next call, as far as they are queued. */
  get callBytes(): number {
    return this.#callBytes
  }

  /** Reserves a courier. Answers whether there is one: all may be busy. */
  reserve(): boolean {
    this.#job ??= this.#tools.couriers.take(this)
    return this.reserved
  }

  /** Gives back the courier that was reserved, unless it makes a call. */
  release(): void {
    const job = this.#job
    if (job === undefined || this.#calling) return
    this.#job = undefined
    if (this.#patient) this.#tools.kernel.stopWaiting(this.#fd)
    this.#patient = false
    this.#tools.couriers.giveBack(this, job)
  }

  surrender(): CourierJob {
    const job = this.#job
    if (job === undefined || this.#calling) throw new Error("Cannot surrender a courier in use")
    this.#job = undefined
    return job
  }

  /**
   * Hands the pieces from hold `first` on to the courier that was reserved.
   *
   * @throws {RangeError} when the memory of a piece was detached.
   */
  start(first: number): void {
    const job = this.#job
    if (job === undefined) return
    const offer = this.#offer(first, job)
    const { clock } = this.#tools
    const started = clock.currentTimeMillisUnsafe()
    if (!this.#patient) this.#tools.kernel.startWaiting(this.#fd)
    this.#patient = true
    this.#calling = true
    job.courier.send(this.#fd, job.vector, offer.count, sendFlags.zerocopy, (n) => {
      this.#calling = false
      job.vector.clear()
      const complete = n === offer.bytes
      this.#fit(complete, offer.bytes, clock.currentTimeMillisUnsafe() - started)
      this.#host.delegated(first, n, complete)
      if (this.#calling) return
      this.release()
      this.#host.delegationEnded()
    })
  }

  /** Lets the next call be as long as is good for it, for the peer is as fast as this one tells. */
  #fit(complete: boolean, bytes: number, millis: number): void {
    if (!complete || millis > longMillis) {
      this.#callBytes = Math.max(leastCallBytes, this.#callBytes / 2)
    } else if (bytes >= this.#callBytes && millis < shortMillis) {
      this.#callBytes = Math.min(mostCallBytes, this.#callBytes * 2)
    }
  }

  #offer(first: number, job: CourierJob): { readonly count: number; readonly bytes: number } {
    try {
      return this.#host.offer(first, job.vector, this.#callBytes)
    } catch (cause) {
      this.release()
      throw cause
    }
  }
}

/**
 * A wake finds nothing of a program in the processor's caches, and costs a millisecond for that: with
 * calls four times as large a GB at 1 MiB a chunk took 0.28 instead of 0.38 CPU seconds.
 */
const mostCallBytes = 32 * 1024 * 1024
const leastCallBytes = 8 * 1024 * 1024

/** A call of twice as many bytes would take half of `courierPatience` at most. */
const shortMillis = courierPatience / 4
const longMillis = courierPatience / 2
