import {
  errno,
  type InetAddress,
  type NotificationBatch,
  ready,
  type SocketOption,
} from "../../kernel/port.ts"
import { Notifier } from "../kernel/notifier.ts"
import { type Element, readableBytes } from "../kernel/vector.ts"
import type { Link } from "../world/options.ts"
import type { World } from "../world/world.ts"
import { Endpoint, type EndpointHost } from "./endpoint.ts"
import type { Call } from "./send_queue.ts"

/** A socket of the simulated kernel. */
export class TcpSocket implements EndpointHost {
  readonly family: 4 | 6
  readonly options: Map<SocketOption, number> = new Map()
  readonly notifier: Notifier
  local: InetAddress | undefined
  remote: InetAddress | undefined
  /** Connections that wait to be accepted; undefined unless it listens. */
  backlog: Backlog | undefined
  /** Whether this side has sent the SYN. */
  initiator = false
  /** Whether a courier's call may block. */
  mayWait = false
  readonly #world: World
  #readBytes = 0
  readonly #watchers = new Set<() => void>()
  #state: "fresh" | "connecting" | "connected" | "over" = "fresh"
  #endpoint: Endpoint | undefined
  #error = 0
  #noSend = false
  #noReceive = false
  #wantsRoom = false
  /** Sent and not acknowledged yet. */
  #finOnWay = false

  constructor(world: World, family: 4 | 6) {
    this.#world = world
    this.family = family
    this.notifier = new Notifier(world, () => this.notify())
  }

  get state(): "fresh" | "connecting" | "connected" | "over" {
    return this.#state
  }

  get endpoint(): Endpoint | undefined {
    return this.#endpoint
  }

  get receiveBuffer(): number {
    return this.options.get("SO_RCVBUF") ?? this.#world.limits.receiveBuffer
  }

  get userTimeout(): number {
    return this.options.get("TCP_USER_TIMEOUT") ?? 0
  }

  /** Calls `watcher` whenever readiness may have changed. Returns a function that stops it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Tells all watchers to check again. */
  notify(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** What is ready, as in `tcp_poll` in net/ipv4/tcp.c. */
  get readiness(): number {
    if (this.backlog !== undefined) return this.backlog.queue.length > 0 ? ready.readable : 0
    let events = this.#error > 0 || this.notifier.pending ? ready.error : 0
    const over = this.#state === "fresh" || this.#state === "over"
    if (over || (this.#noSend && this.#noReceives)) events |= ready.hangup
    if (this.#noReceives) events |= ready.readable | ready.ended
    if (this.#state === "connecting") return events
    if ((this.#endpoint?.receiver.unread ?? 0) > 0) events |= ready.readable
    if (this.#noSend || this.hasRoom) events |= ready.writable
    else this.#wantsRoom = true
    return events
  }

  /** Whether sending can go on, now or when there is room. */
  get maySend(): boolean {
    return this.#state === "connected" && !this.#noSend && this.#error === 0
  }

  /** Whether a third of the send buffer is free, which is when waiting for room ends. */
  get hasRoom(): boolean {
    return this.#room >= this.#sendBuffer / 3
  }

  /** Begins a connection over `link`, as the client or as the server. */
  begin(link: Link, local: InetAddress, remote: InetAddress): Endpoint {
    this.local = local
    this.remote = remote
    this.#state = "connecting"
    return this.#endpoint = new Endpoint(this.#world, link, this.notifier, this)
  }

  /** The connection is established. */
  established(): void {
    if (this.#state !== "connecting") return
    this.#state = "connected"
    this.#endpoint?.open()
    this.notify()
  }

  /** The connection could not be established. */
  refused(number: number): void {
    if (this.#state === "connecting") this.#fail(number)
  }

  /**
   * Opens a call of `bytes`. It gets an id if it asks for one and SO_ZEROCOPY is on. Returns `-ENOBUFS`
   * if there is no room for another notification, or too much memory is locked.
   */
  beginCall(bytes: number, zerocopy: boolean): Call | undefined | number {
    if (!zerocopy || this.options.get("SO_ZEROCOPY") !== 1) return undefined
    const { counters } = this.#world
    const tail = this.#endpoint?.queue.tailBlock(this.#endpoint.transmitter.next)
    const call = this.notifier.begin(bytes, tail)
    if (call === undefined) counters.refusedSends++
    return call ?? -errno.ENOBUFS
  }

  /** Ends a call that has accepted `n` bytes, or none and `-errno`. */
  endCall(call: Call | undefined, n: number): void {
    if (n > 0) {
      this.#world.counters.sends++
      this.#world.counters.sentBytes += n
    }
    if (call === undefined) return
    if (n > 0) this.#world.counters.zerocopySends++
    if (n > 0) this.notifier.release(call.block)
    else this.notifier.abort(call.block)
  }

  /** Accepts bytes of `elements` after the first `skip`, as many as there is room for. */
  accept(elements: readonly Element[], skip: number, most: number, call?: Call): number {
    // A call that has accepted something leaves the error to the next call.
    if (this.#error > 0) return skip > 0 ? -this.#error : -this.takeError()
    if (this.#noSend) return -errno.EPIPE
    if (this.#state === "connecting") return -errno.EAGAIN
    const endpoint = this.#endpoint
    if (this.#state !== "connected" || endpoint === undefined) return -errno.EPIPE
    const room = Math.min(this.#room, most)
    this.#wantsRoom ||= room < most
    if (room <= 0) return -errno.EAGAIN
    const readable = readableBytes(elements, skip, room)
    if (readable < room) {
      // If a packet cannot be filled, nothing of it is sent.
      const { packetBytes } = endpoint.wire.link
      const whole = readable - readable % packetBytes
      return whole > 0 ? this.accept(elements, skip, whole, call) : -errno.EFAULT
    }
    let accepted = 0
    for (const element of elements) {
      const from = Math.min(skip, element.length)
      skip -= from
      const length = Math.min(element.length - from, room - accepted)
      if (length === 0) continue
      endpoint.queue.append(element, from, length, call)
      accepted += length
    }
    endpoint.transmitter.transmit()
    return accepted
  }

  receive(into: Uint8Array): number {
    const receiver = this.#endpoint?.receiver
    if (receiver !== undefined && receiver.unread > 0) {
      const n = receiver.read(into)
      this.#readBytes += n
      return n
    }
    if (this.#error > 0) return -this.takeError()
    if (this.#noReceives) return 0
    if (this.#state === "connecting" || this.#state === "connected") return -errno.EAGAIN
    return -errno.ENOTCONN
  }

  /** SO_ERROR: reports the error once. */
  takeError(): number {
    const error = this.#error
    this.#error = 0
    return error
  }

  readErrors(batch: NotificationBatch, most: number): number {
    return this.notifier.read(batch, most)
  }

  /** TCP_INFO, `tcpi_bytes_received`. */
  get arrivedBytes(): number {
    return this.#readBytes + (this.#endpoint?.receiver.unread ?? 0)
  }

  /** TCP_INFO, `tcpi_bytes_acked`: a SYN and a FIN count as one byte each. */
  get acknowledgedBytes(): number {
    const transmitter = this.#endpoint?.transmitter
    if (transmitter === undefined || this.#state === "connecting") return 0
    const fin = transmitter.finAcknowledged ? 1 : 0
    return transmitter.acknowledgedBytes + (this.initiator ? 1 : 0) + fin
  }

  shutdown(both: boolean): number {
    if (this.#state !== "connected") return -errno.ENOTCONN
    if (both) this.#noReceive = true
    if (!this.#noSend) {
      this.#noSend = true
      this.#endpoint?.transmitter.end()
      this.#finOnWay = true
    }
    this.notify()
    return 0
  }

  /** `connect` to AF_UNSPEC: sends a reset. The socket is then as new, except for its ids. */
  disconnect(): number {
    const connected = this.#state === "connected" || this.#state === "connecting"
    const endpoint = this.#endpoint
    this.#endpoint = undefined
    this.#state = "fresh"
    endpoint?.reset()
    this.#noSend = this.#noReceive = false
    this.remote = undefined
    if (connected) this.#error = errno.ECONNRESET
    this.notify()
    return 0
  }

  /**
   * Closes: nothing is reported any more, and accepted bytes are still sent, unless there are unread
   * bytes (`tcp_close` in net/ipv4/tcp.c).
   */
  close(): void {
    this.notifier.die()
    this.#watchers.clear()
    for (const waiting of this.backlog?.queue ?? []) waiting.endpoint?.reset()
    const endpoint = this.#endpoint
    if (endpoint === undefined) return
    if (this.#state === "connecting" || endpoint.receiver.unread > 0) endpoint.reset()
    else {
      endpoint.transmitter.end()
      endpoint.receiver.refuse()
    }
  }

  acknowledged(): void {
    // The state changes, and all watchers are told (`tcp_rcv_state_process` in net/ipv4/tcp_input.c).
    if (this.#finOnWay && this.#endpoint?.transmitter.finAcknowledged) {
      this.#finOnWay = false
      return this.notify()
    }
    if (!this.#wantsRoom || !this.hasRoom) return
    this.#wantsRoom = false
    this.notify()
  }

  arrived(): void {
    this.notify()
  }

  lost(reason: "reset" | "timeout"): void {
    const ended = this.#endpoint?.receiver.ended === true
    this.#fail(reason === "timeout" ? errno.ETIMEDOUT : ended ? errno.EPIPE : errno.ECONNRESET)
  }

  get #sendBuffer(): number {
    return this.options.get("SO_SNDBUF") ?? this.#world.limits.sendBuffer
  }

  get #room(): number {
    return this.#sendBuffer - (this.#endpoint?.queue.bytes ?? 0)
  }

  get #noReceives(): boolean {
    return this.#noReceive || this.#endpoint?.receiver.ended === true
  }

  #fail(number: number): void {
    this.#state = "over"
    this.#error = number
    this.#noSend = this.#noReceive = true
    this.notify()
  }
}

/** Connections that wait to be accepted, and how many may. */
export interface Backlog {
  readonly limit: number
  readonly queue: TcpSocket[]
}
