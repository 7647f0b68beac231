import type { Notifier } from "../kernel/notifier.ts"
import type { Link } from "../world/options.ts"
import type { World } from "../world/world.ts"
import { Receiver, type ReceiverHost } from "./receiver.ts"
import { SendQueue } from "./send_queue.ts"
import { Transmitter, type TransmitterHost } from "./transmitter.ts"
import { Wire } from "./wire.ts"

/** What one end of a connection tells its socket. */
export interface EndpointHost {
  readonly userTimeout: number
  readonly receiveBuffer: number
  /** There is more room to send. */
  acknowledged(): void
  /** Bytes, or the end of the stream, can be received. */
  arrived(): void
  /** The connection is gone: the peer reset it, or was silent for too long. */
  lost(reason: "reset" | "timeout"): void
}

/**
 * One end of one connection, from the first packet to the last. A socket may have several, one after
 * another.
 */
export class Endpoint implements TransmitterHost, ReceiverHost {
  readonly queue: SendQueue
  readonly transmitter: Transmitter
  readonly receiver: Receiver
  /** Leads to the other end. */
  readonly wire: Wire
  readonly #host: EndpointHost
  #peer: Endpoint | undefined
  #stopped = false

  constructor(world: World, link: Link, notifier: Notifier, host: EndpointHost) {
    this.#host = host
    this.wire = new Wire(world, link)
    this.queue = new SendQueue(world, notifier)
    this.transmitter = new Transmitter(world, this.queue, this.wire, this)
    this.receiver = new Receiver(world, this.wire, this)
  }

  get peer(): Endpoint | undefined {
    return this.#peer
  }

  get stopped(): boolean {
    return this.#stopped
  }

  get userTimeout(): number {
    return this.#host.userTimeout
  }

  get receiveBuffer(): number {
    return this.#host.receiveBuffer
  }

  /** Sets the endpoint at the other end. */
  join(peer: Endpoint): void {
    this.#peer = peer
    this.receiver.open(peer.transmitter)
  }

  /** Bytes may be sent now. */
  open(): void {
    const { receiver } = this.#peer as Endpoint
    this.transmitter.open(receiver, receiver.window)
  }

  /** Ends this end and tells the other one. Nothing is sent any more, and no memory is read. */
  reset(): void {
    if (!this.#stopped) this.refused()
  }

  /** Something arrived that nobody will receive. The answer is a reset. */
  refused(): void {
    if (!this.#stopped) this.#stop()
    const peer = this.#peer
    if (peer !== undefined) this.wire.carry(() => peer.lose("reset"))
  }

  /** The connection is gone. */
  lose(reason: "reset" | "timeout"): void {
    if (this.#stopped) return
    // In this order, as in `tcp_reset`: memory that the purge frees must not trigger another send.
    this.#host.lost(reason)
    this.#stop()
  }

  acknowledged(): void {
    this.#host.acknowledged()
  }

  arrived(): void {
    this.#host.arrived()
  }

  timedOut(): void {
    this.lose("timeout")
  }

  #stop(): void {
    this.#stopped = true
    this.transmitter.stop()
    this.receiver.refuse()
    this.queue.purge()
  }
}
