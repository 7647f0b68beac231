import { sendFlags } from "../kernel.ts"
import type { CourierJob } from "./courier_pool.ts"
import type { Engine } from "./engine.ts"
import type { ZerocopyCarrier } from "./zerocopy_carrier.ts"

/** What a delegation needs of the queue that it sends for. */
export interface DelegationHost {
  /**
   * A call has ended: `n` bytes from the hold `first` on were accepted, or `n` says nothing.
   * `complete` says that it was all that was offered, so that another call may follow.
   */
  delegated(first: number, n: number, complete: boolean): void
  /** Nobody sends for the queue any more. */
  delegationEnded(): void
}

/**
 * The time during which a courier sends for one socket, call after call.
 *
 * A socket without room wakes whoever waits for it with every batch of notifications, four times in
 * five for nothing, and a wake across threads into JavaScript costs more than sending 256 KiB. A
 * courier's call waits in the kernel instead, and JavaScript hears of it once in some MiB.
 */
export class Delegation {
  readonly #engine: Engine
  readonly #fd: number
  readonly #carrier: ZerocopyCarrier
  readonly #host: DelegationHost
  #job: CourierJob | undefined
  #calling = false

  constructor(engine: Engine, fd: number, carrier: ZerocopyCarrier, host: DelegationHost) {
    this.#engine = engine
    this.#fd = fd
    this.#carrier = carrier
    this.#host = host
  }

  /** Whether a call is under way. Until it ends nothing else may send, or reap. */
  get calling(): boolean {
    return this.#calling
  }

  /**
   * Hands the pieces from hold `first` on to a courier. Answers whether one has taken them: there may
   * be none, or nothing that it could send.
   *
   * @throws {RangeError} when the memory of a piece was detached.
   */
  start(first: number): boolean {
    if (!this.#carrier.mayOffer(first)) return false
    const job = this.#job ??= this.#take()
    if (job === undefined) return false
    const offer = this.#offer(first, job)
    this.#calling = true
    job.courier.send(this.#fd, job.vector, offer.count, sendFlags.zerocopy, (n) => {
      this.#calling = false
      job.vector.clear()
      this.#host.delegated(first, n, n === offer.bytes)
      if (this.#calling) return
      this.#end()
      this.#host.delegationEnded()
    })
    return true
  }

  #offer(first: number, job: CourierJob): { readonly count: number; readonly bytes: number } {
    try {
      return this.#carrier.offer(first, job.vector)
    } catch (cause) {
      this.#end()
      throw cause
    }
  }

  #take(): CourierJob | undefined {
    const job = this.#engine.couriers.take()
    if (job !== undefined) this.#engine.kernel.startWaiting(this.#fd)
    return job
  }

  #end(): void {
    const job = this.#job
    if (job === undefined) return
    this.#job = undefined
    this.#engine.kernel.stopWaiting(this.#fd)
    this.#engine.couriers.giveBack(job)
  }
}
