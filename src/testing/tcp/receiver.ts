import type { Scheduled } from "../world/timeline.ts"
import type { World } from "../world/world.ts"
import { firstTimeout, maxRetries } from "./timers.ts"
import type { Transmitter } from "./transmitter.ts"
import type { Wire } from "./wire.ts"

/** What a receiver needs of its end of the connection. */
export interface ReceiverHost {
  /** Bytes, or the end of the stream, have arrived. */
  arrived(): void
  /** Something came for a connection that is no more. */
  refused(): void
  /** Whether the connection is gone. */
  readonly stopped: boolean
  /** Bytes that may wait to be received. */
  readonly receiveBuffer: number
}

/** Takes the bytes that arrive in order, and tells the other end how far it has come. */
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

  /** From now on bytes that come are answered with a reset. What has come can still be read. */
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

  /** Moves what has arrived into `into`; answers how many bytes. */
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
   * A window that opens is told again until the other end knows, in place of its probes: those would
   * go on for ever when nobody receives, and a simulation would not come to rest.
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

  /** Tells the other end what has arrived and how much room there is. */
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
