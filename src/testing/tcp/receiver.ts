import type { Scheduled } from "../world/timeline.ts"
import type { World } from "../world/world.ts"
import { firstTimeout, maxRetries } from "./timers.ts"
import type { Transmitter } from "./transmitter.ts"
import type { Wire } from "./wire.ts"

/** What a receiver needs from its end of the connection. */
export interface ReceiverHost {
  /** Bytes, or the end of the stream, have arrived. */
  arrived(): void
  /** Something arrived for a connection that no longer exists. */
  refused(): void
  /** Whether the connection is gone. */
  readonly stopped: boolean
  /** The most bytes that may wait to be received. */
  readonly receiveBuffer: number
}

/** Takes arriving bytes in order, and acknowledges them. */
export class Receiver {
  readonly #world: World
  readonly #wire: Wire
  readonly #host: ReceiverHost
  readonly #parts: Uint8Array[] = []
  #transmitter: Transmitter | undefined
  #next = 0
  #unread = 0
  #announced = 0
  #fin = false
  #refusing = false

  /** `wire` leads to the other end. */
  constructor(world: World, wire: Wire, host: ReceiverHost) {
    this.#world = world
    this.#wire = wire
    this.#host = host
    this.#announced = host.receiveBuffer
  }

  /** Bytes that can be received now. */
  get unread(): number {
    return this.#unread
  }

  /** Whether the peer has sent its FIN. */
  get ended(): boolean {
    return this.#fin
  }

  /** The window that the other end starts with, in bytes. */
  get window(): number {
    return this.#announced
  }

  /** Starts: `transmitter` is the other end. */
  open(transmitter: Transmitter): void {
    this.#transmitter = transmitter
  }

  /**
   * From now on arriving bytes are answered with a reset. Bytes that have already arrived can still be
   * read.
   */
  refuse(): void {
    this.#refusing = true
    this.#reminder?.cancel()
  }

  /** A packet with the bytes from `start` on. */
  take(start: number, bytes: Uint8Array): void {
    if (this.#refusing) return this.#host.refused()
    const skip = this.#next - start
    if (skip >= 0 && skip < bytes.byteLength && !this.#fin) {
      const part = bytes.subarray(skip, skip + this.#room)
      if (part.byteLength > 0) this.#parts.push(part)
      this.#next += part.byteLength
      this.#unread += part.byteLength
      this.#world.counters.deliveredBytes += part.byteLength
      this.#host.arrived()
    }
    this.acknowledge()
  }

  /** A FIN behind the byte before `at`. */
  takeFin(at: number): void {
    if (this.#host.stopped) return this.#host.refused()
    if (at === this.#next && !this.#fin) {
      this.#fin = true
      this.#host.arrived()
    }
    this.acknowledge()
  }

  /** Moves arrived bytes into `into`, and returns how many. */
  read(into: Uint8Array): number {
    let length = 0
    while (length < into.byteLength && this.#parts.length > 0) {
      const [part] = this.#parts
      const taken = part.subarray(0, into.byteLength - length)
      into.set(taken, length)
      length += taken.byteLength
      if (taken.byteLength === part.byteLength) this.#parts.shift()
      else this.#parts[0] = part.subarray(taken.byteLength)
    }
    this.#unread -= length
    if (length > 0 && this.#grown) {
      this.acknowledge()
      this.#remind(0)
    }
    return length
  }

  /**
   * An opening window is announced repeatedly until the other end knows. That replaces the sender's
   * probes, which would go on for ever if nobody receives, so that a simulation would never finish.
   */
  #remind(attempt: number): void {
    this.#reminder ??= this.#world.timeline.after(firstTimeout * 2 ** attempt, () => {
      this.#reminder = undefined
      const transmitter = this.#transmitter
      if (transmitter === undefined || transmitter.limit >= this.#announced) return
      if (attempt === maxRetries) return transmitter.giveUp()
      this.acknowledge()
      this.#remind(attempt + 1)
    })
  }
  #reminder: Scheduled | undefined

  /** Acknowledges what has arrived, and announces how much room there is. */
  acknowledge(): void {
    if (this.#grown) this.#announced = this.#next + this.#room
    const [next, limit, fin] = [this.#next, this.#announced, this.#fin]
    this.#wire.carry(() => this.#transmitter?.acknowledge(next, limit, fin))
  }

  get #room(): number {
    return Math.max(0, this.#host.receiveBuffer - this.#unread)
  }

  /** Whether the window has grown by enough to be worth a packet (RFC 9293, 3.8.6.2.2). */
  get #grown(): boolean {
    const growth = this.#next + this.#room - this.#announced
    return growth >= Math.min(this.#host.receiveBuffer / 2, this.#wire.link.packetBytes)
  }
}
