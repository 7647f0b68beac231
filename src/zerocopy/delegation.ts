import { clearTimeout, setTimeout } from "node:timers"
import {
  courierPatience,
  type Kernel,
  type Relayed,
  sendFlags,
  type Vector,
} from "../kernel/port.ts"
import type { FileBytes, PipeBytes } from "../pieces/mod.ts"
import type { Borrower, CourierJob, CourierPool } from "../threads/mod.ts"

/** What a delegation needs from the carrier that it sends for. */
export interface DelegationHost {
  /**
   * Fills `vector` with pieces from hold `first` on, for a call with MSG_ZEROCOPY of up to `mostBytes`.
   * Returns the number of elements and of bytes.
   *
   * @throws {RangeError} if the memory of a piece was detached.
   */
  offer(first: number, vector: Vector, mostBytes: number): { count: number; bytes: number }
  /**
   * A call has ended: `n` bytes from hold `first` on were accepted, or `n` is negative and means nothing
   * more. `complete` means that all offered bytes were accepted, or enough of a file to be worth a call,
   * so that another call may follow.
   */
  delegated(first: number, n: number, complete: boolean): void
  /**
   * A courier has moved bytes through the pipe that hold `first` is sent from. Another call may follow,
   * unless the courier is `wanted` elsewhere.
   */
  relayed(first: number, relayed: Relayed, wanted: boolean): void
  /** Nobody sends for the carrier any longer. */
  delegationEnded(): void
}

/** The rest of a range of a file. */
export interface FileRange {
  readonly offset: number
  readonly remaining: number
}

/** What a delegation uses of the stack that all sockets share. */
export interface DelegationTools {
  readonly kernel: Kernel
  readonly couriers: CourierPool
  readonly clock: { currentTimeMillisUnsafe(): number }
}

/**
 * The time during which a courier sends for one socket, call after call.
 *
 * A socket without room causes a wake with every batch of notifications, and four in five are useless.
 * Waking JavaScript from another thread costs more than sending 256 KiB. A courier's call waits in the
 * kernel instead, and wakes JavaScript once in several MiB.
 */
export class Delegation implements Borrower {
  readonly #tools: DelegationTools
  readonly #fd: number
  readonly #host: DelegationHost
  #job: CourierJob | undefined
  #callBytes = leastCallBytes
  /** Whether calls on the file descriptor may block. */
  #patient = false
  #calling = false
  #relaying = false
  /** Whether the call under way can be ended, and may take longer than `courierPatience`. */
  #endable = false
  /** When that call has begun. */
  #started = 0
  #askedBack = false

  constructor(tools: DelegationTools, fd: number, host: DelegationHost) {
    this.#tools = tools
    this.#fd = fd
    this.#host = host
  }

  /** Whether a call is under way. Nothing else may send or reap until it ends. */
  get calling(): boolean {
    return this.#calling
  }

  /** Whether the call under way is a relay, which ends by `hurry`. */
  get relaying(): boolean {
    return this.#relaying
  }

  /** Whether a courier is reserved for this socket. Then more may be queued, so that a call is worthwhile. */
  get reserved(): boolean {
    return this.#job !== undefined
  }

  /** The most bytes of the next call. */
  get callBytes(): number {
    return this.#callBytes
  }

  /** Reserves a courier. Returns false if all are busy. */
  reserve(): boolean {
    this.#job ??= this.#tools.couriers.take(this)
    return this.reserved
  }

  /** Gives the reserved courier back, unless it is making a call. */
  release(): void {
    const job = this.#job
    if (job === undefined || this.#calling) return
    this.#job = undefined
    this.#stopWaiting()
    this.#tools.couriers.giveBack(this, job)
  }

  surrender(): CourierJob {
    const job = this.#job
    if (job === undefined || this.#calling) throw new Error("Cannot surrender a courier in use")
    this.#job = undefined
    this.#stopWaiting()
    return job
  }

  /**
   * Hands the pieces from hold `first` on to the reserved courier.
   *
   * @throws {RangeError} if the memory of a piece was detached.
   */
  start(first: number): void {
    const job = this.#job
    if (job === undefined) return
    const offer = this.#offer(first, job)
    const { clock } = this.#tools
    const started = clock.currentTimeMillisUnsafe()
    this.#begin()
    job.courier.send(this.#fd, job.vector, offer.count, sendFlags.zerocopy, (n) => {
      job.vector.clear()
      const complete = n === offer.bytes
      this.#fit(complete, offer.bytes, clock.currentTimeMillisUnsafe() - started)
      this.#end(first, n, complete)
    })
  }

  /**
   * Gives the rest of a file, which is hold `first`, to the reserved courier. Such a call pins nothing, so
   * only its time is limited.
   */
  startFile(first: number, file: FileBytes, { offset, remaining }: FileRange): void {
    const job = this.#job
    if (job === undefined) return
    const letGo = file.keepOpen()
    this.#begin()
    this.#beginLong()
    // SO_SNDTIMEO applies to each 64 KiB by itself (`splice_to_socket` in fs/splice.c), so a slow peer could
    // keep the courier for a long time.
    const overdue = setTimeout(() => this.hurry(), longestFileCall)
    const bytes = Math.min(remaining, mostFileBytes)
    job.courier.sendFile(this.#fd, file.fd, offset, bytes, (n) => {
      clearTimeout(overdue)
      letGo()
      this.#endable = false
      const worthMore = n === bytes || n >= leastCallBytes
      this.#end(first, n, worthMore && !this.#askedBack)
    })
  }

  /** Gives the relay through `pipe`, which is hold `first` and holds `held` bytes, to the reserved courier. */
  startRelay(first: number, pipe: PipeBytes, held: number): void {
    const job = this.#job
    if (job === undefined) return
    // Its calls do not wait for room: the thread does, for both sockets.
    this.#stopWaiting()
    this.#calling = this.#relaying = true
    this.#beginLong()
    job.courier.relay({ ...pipe.lend(), to: this.#fd, held }, (relayed) => {
      this.#calling = this.#relaying = this.#endable = false
      if (this.#askedBack) this.release()
      this.#host.relayed(first, relayed, this.#askedBack)
      this.#rest()
    })
  }

  askBack(): void {
    const { clock } = this.#tools
    if (!this.#endable || clock.currentTimeMillisUnsafe() < this.#started + courierPatience) return
    this.#askedBack = true
    this.hurry()
  }

  /**
   * Ends a relay, and a call that sends from a file as soon as it finds no room. The kernel reads the flags of
   * the socket for each 64 KiB; a wait that has begun may still take the rest of `courierPatience`.
   */
  hurry(): void {
    if (this.#relaying) this.#job?.courier.stopRelay()
    else if (this.#calling) this.#stopWaiting()
  }

  #stopWaiting(): void {
    if (!this.#patient) return
    this.#patient = false
    this.#tools.kernel.stopWaiting(this.#fd)
  }

  #begin(): void {
    if (!this.#patient) this.#tools.kernel.startWaiting(this.#fd)
    this.#patient = true
    this.#calling = true
  }

  #beginLong(): void {
    this.#endable = true
    this.#askedBack = false
    this.#started = this.#tools.clock.currentTimeMillisUnsafe()
  }

  #end(first: number, n: number, complete: boolean): void {
    this.#calling = false
    this.#host.delegated(first, n, complete)
    this.#rest()
  }

  /** After a call, unless another one has begun. */
  #rest(): void {
    if (this.#calling) return
    this.release()
    this.#host.delegationEnded()
  }

  /** Sets the length of the next call by the speed of the peer in this one. */
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
 * After a wake, nothing of the program is in the processor's caches, which costs about a millisecond.
 * With calls four times as large, a GB in 1 MiB chunks took 0.28 CPU seconds instead of 0.38.
 */
const mostCallBytes = 32 * 1024 * 1024
const leastCallBytes = 8 * 1024 * 1024

/** The largest power of two that fits the result of a call, an `int`. */
const mostFileBytes = 1024 * 1024 * 1024

/**
 * Milliseconds of a call for a file. Each wake of JavaScript finds cold caches; in a second a courier saves
 * four of five. It is given back earlier if another socket wants it, and a signal or a reset ends it at once.
 */
const longestFileCall = 1000

/** If a call is faster than this, one of twice as many bytes takes at most half of `courierPatience`. */
const shortMillis = courierPatience / 4
const longMillis = courierPatience / 2
