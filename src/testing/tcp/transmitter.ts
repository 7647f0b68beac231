import type { Scheduled } from "../world/timeline.ts"
import type { World } from "../world/world.ts"
import type { SendQueue } from "./send_queue.ts"
import { firstTimeout, maxRetries } from "./timers.ts"
import type { Wire } from "./wire.ts"

/** What sending needs to know of the other end. */
export interface Taker {
  take(from: number, bytes: Uint8Array): void
  takeFin(at: number): void
}

/** What a transmitter needs from its end of the connection. */
export interface TransmitterHost {
  /** The peer has acknowledged bytes, and there is more room. */
  acknowledged(): void
  /** The peer has been silent for too long. */
  timedOut(): void
  /** TCP_USER_TIMEOUT in milliseconds, 0 for none. */
  readonly userTimeout: number
}

/**
 * Sends the bytes of a queue to the other end in packets, within the window. If no acknowledgement comes,
 * it starts again at the first unacknowledged byte.
 */
export class Transmitter {
  readonly #world: World
  readonly #queue: SendQueue
  readonly #wire: Wire
  readonly #host: TransmitterHost
  #receiver: Taker | undefined
  /** The next byte to send, and the first byte outside the window. */
  #next = 0
  #limit = 0
  #acknowledgedBytes = 0
  #finQueued = false
  #finSent = false
  #finAcknowledged = false
  #stopped = false
  #timer: Scheduled | undefined
  #retries = 0
  #silentSince = 0

  constructor(world: World, queue: SendQueue, wire: Wire, host: TransmitterHost) {
    this.#world = world
    this.#queue = queue
    this.#wire = wire
    this.#host = host
  }

  /** The first byte that has not left. */
  get next(): number {
    return this.#next
  }

  /** The byte before which the window ends. */
  get limit(): number {
    return this.#limit
  }

  /** Bytes that were acknowledged. */
  get acknowledgedBytes(): number {
    return this.#acknowledgedBytes
  }

  get finQueued(): boolean {
    return this.#finQueued
  }

  get finAcknowledged(): boolean {
    return this.#finAcknowledged
  }

  /** Starts: `receiver` is the other end, with a window of this many bytes. */
  open(receiver: Taker, window: number): void {
    this.#receiver = receiver
    this.#limit = window
    this.transmit()
  }

  /** Queues a FIN after the accepted bytes. */
  end(): void {
    this.#finQueued = true
    this.transmit()
  }

  /** Stops sending. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** Sends what the window allows. */
  transmit(): void {
    const receiver = this.#receiver
    if (receiver === undefined || this.#stopped) return
    const limit = Math.min(this.#queue.end, this.#limit)
    while (this.#next < limit) {
      const to = Math.min(limit, this.#next + this.#wire.link.packetBytes)
      this.#send(receiver, this.#next, to)
      this.#next = to
    }
    if (this.#finQueued && !this.#finSent && this.#next === this.#queue.end) {
      this.#finSent = true
      const at = this.#next
      this.#wire.carry(() => receiver.takeFin(at))
    }
    if (this.#unacknowledged) this.#arm()
  }

  /** The other end has everything before `to`, and room up to `limit`. */
  acknowledge(to: number, limit: number, fin: boolean): void {
    if (this.#stopped) return
    this.#limit = Math.max(this.#limit, limit)
    const progress = to > this.#queue.acknowledged || (fin && !this.#finAcknowledged)
    this.#finAcknowledged ||= fin
    if (progress) {
      this.#retries = 0
      this.#timer?.cancel()
      this.#timer = undefined
      this.#acknowledgedBytes = Math.max(this.#acknowledgedBytes, to)
      this.#queue.acknowledge(to)
      this.#next = Math.max(this.#next, to)
    }
    this.transmit()
    if (progress) this.#host.acknowledged()
  }

  /** The peer was silent for too long. */
  giveUp(): void {
    if (!this.#stopped) this.#host.timedOut()
  }

  get #unacknowledged(): boolean {
    return this.#next > this.#queue.acknowledged || (this.#finSent && !this.#finAcknowledged)
  }

  #send(receiver: Taker, from: number, to: number): void {
    const { counters, random } = this.#world
    const { link } = this.#wire
    counters.packets++
    if (link.copied) this.#queue.markCopied(from, to)
    if (random.chance(link.loss)) {
      counters.lostPackets++
      return
    }
    this.#wire.carry(() => {
      if (this.#stopped) return
      // Bytes that were acknowledged in the meantime cannot be read any more, and the other end has them.
      const start = Math.max(from, this.#queue.acknowledged)
      receiver.take(start, start < to ? this.#queue.read(start, to) : nothing)
    })
  }

  #arm(): void {
    if (this.#timer !== undefined) return
    const { timeline } = this.#world
    if (this.#retries === 0) this.#silentSince = timeline.now
    const wait = Math.min(firstTimeout * 2 ** this.#retries, lastTimeout)
    this.#timer = timeline.after(wait, () => this.#sendAgain())
  }

  #sendAgain(): void {
    this.#timer = undefined
    const silent = this.#world.timeline.now - this.#silentSince
    const { userTimeout } = this.#host
    if (++this.#retries > maxRetries || (userTimeout > 0 && silent >= userTimeout)) {
      return this.giveUp()
    }
    this.#next = this.#queue.acknowledged
    this.#finSent = false
    this.transmit()
  }
}

const nothing = new Uint8Array(0)

/** TCP_RTO_MAX. */
const lastTimeout = 120_000
