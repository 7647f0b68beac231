import type * as Effect from "effect/Effect"
import {
  Aborted,
  ConnectionLost,
  MemoryLost,
  type Progress,
  SocketClosed,
  WaitFailed,
  ZerowireError,
} from "../../error/mod.ts"
import { errno, ready, type SocketOption } from "../../kernel/port.ts"
import type { Handler, Interest, Patience } from "../../reactor/mod.ts"
import {
  carrierFor,
  type CarrierOptions,
  type OpenConnection,
  type Stack,
} from "../../stack/mod.ts"
import type { Threshold } from "../../zerocopy/mod.ts"
import { Receiver, type ReceiverHost } from "../receive/receiver.ts"
import type { UnreadBytes } from "../receive/unread.ts"
import { SendOrder } from "../send/order.ts"
import { Packer } from "../send/packer.ts"
import type { PackerOptions } from "../send/packer_options.ts"
import { SendQueue } from "../send/queue.ts"
import type { QueueHost } from "../send/queue_host.ts"
import type { StreamLock } from "../streams/stream_lock.ts"
import { Addresses, type UnixNames } from "./addresses.ts"
import { EndGuard } from "./end_guard.ts"

export interface ConnectionOptions extends PackerOptions {
  readonly mode: CarrierOptions["mode"]
  /** In bytes; the stack's unless there is one. */
  readonly threshold: number | undefined
}

/** What happened to the connection before it was ours. */
export interface History {
  /** Bytes that were received and not read. */
  readonly early?: UnreadBytes
  /**
   * The kernel's count of acknowledged bytes (`tcpi_bytes_acked`) once everything that was sent before is
   * acknowledged. The count includes the SYN on the connecting side (`tcp_snd_una_update` in
   * net/ipv4/tcp_input.c); the accepting side's was acknowledged before its socket existed.
   */
  readonly sentBefore: number
  /** The names of a Unix domain socket's ends. */
  readonly unix?: UnixNames
}

export const hasConnected: History = { sentBefore: 1 }
export const wasAccepted: History = { sentBefore: 0 }

/**
 * One connected TCP or Unix domain socket: its file descriptor, its two directions, and its events.
 *
 * The file descriptor stays open as long as the kernel may read our memory: after it is closed, no
 * notification comes.
 */
export class Connection implements Handler, OpenConnection, QueueHost, ReceiverHost {
  readonly stack: Stack
  readonly fd: number
  /** Whether it is a Unix domain socket. The kernel has no count of acknowledged bytes then. */
  readonly unix: boolean
  readonly addresses: Addresses
  readonly threshold: Threshold
  readonly queue: SendQueue
  readonly receiver: Receiver
  readonly packer: Packer
  #order: SendOrder | undefined
  /** Held weakly, so that a dropped stream can be collected together with its socket. */
  #stream: WeakRef<StreamLock> | undefined
  #callsEnded = false
  #finSent = false
  #endedBeforeLoss = false
  readonly #acknowledgedBefore: number
  readonly #endGuard: EndGuard
  #state: "open" | "closing" | "closed" = "open"
  #referenced = true
  #registered = false
  readonly #closedHooks: (() => void)[] = []

  /** Takes over the connected socket `fd`. */
  constructor(stack: Stack, fd: number, options: ConnectionOptions, history: History) {
    const { kernel } = stack
    this.stack = stack
    this.fd = fd
    this.#acknowledgedBefore = history.sentBefore
    this.#endGuard = new EndGuard(kernel, fd)
    this.unix = history.unix !== undefined
    this.addresses = new Addresses(kernel, fd, history.unix)
    this.threshold = options.threshold === undefined
      ? stack.threshold
      : { bytes: options.threshold, source: "option" }
    const thresholdBytes = this.threshold.bytes
    const local = () => this.addresses.onOneHost
    const { mode } = options
    const carrier = carrierFor(stack, fd, { mode, thresholdBytes, local, unix: this.unix })
    this.queue = new SendQueue(stack, carrier, this)
    this.receiver = new Receiver(stack, fd, this, history.early)
    this.packer = new Packer(stack, this.queue, options, thresholdBytes)
    this.queue.onFailure((error) => this.#order?.fail(error))
    stack.open.add(this)
    this.interestChanged()
  }

  get state(): "open" | "closing" | "closed" {
    return this.#state
  }

  /** The line of calls that send. */
  get order(): SendOrder {
    if (this.#order !== undefined) return this.#order
    this.#order = new SendOrder()
    const { failure } = this.queue
    if (failure !== undefined) this.#order.fail(failure)
    return this.#order
  }

  /** Whether no call is in line. */
  get #inOrder(): boolean {
    return this.#order === undefined || this.#order.free
  }

  /** Sets whether waiting on this connection keeps the process alive. */
  reference(keepAlive: boolean): void {
    this.#referenced = keepAlive
    this.interestChanged()
  }

  onReady(events: number): void {
    if ((events & ready.error) !== 0) {
      const hangup = (events & ready.hangup) !== 0
      if (!this.queue.carrier.explainsError(hangup)) this.noticeLoss()
    }
    if (this.#state === "closed") return
    if ((events & ~ready.writable) !== 0) this.receiver.onReadable(events)
    if (this.#isClosed) return
    if ((events & (ready.writable | ready.hangup)) !== 0) {
      this.queue.unblock()
      this.noticeAcknowledged()
    }
  }

  /** A handler may have closed it. */
  get #isClosed(): boolean {
    return this.#state === "closed"
  }

  onFailure(failure: Error): void {
    const error = new ZerowireError(new WaitFailed(failure.message), failure)
    this.queue.fail(error)
    this.receiver.fail(error)
  }

  interestChanged(): void {
    if (this.#state === "closed") return
    this.#guardEnd()
    const { reactor } = this.stack
    // A courier waits in the kernel. If the socket were registered meanwhile, each notification would end
    // the wait for all other sockets. So would each packet of a relay whose other side has no room.
    const { waiting, draining, paused } = this.receiver
    const registered = !this.queue.away && !(paused && this.queue.idle) || waiting || draining
    if (registered !== this.#registered) {
      this.#registered = registered
      if (registered) reactor.add(this.fd, this)
      else reactor.remove(this.fd)
    }
    if (registered) reactor.want(this.fd, this.#interest(), this.#patience)
  }

  sendFailed(number: number): void {
    // EPIPE only means that an earlier error was already reported. SO_ERROR may know which.
    const pending = number === errno.EPIPE ? this.stack.kernel.getOption(this.fd, "SO_ERROR") : 0
    this.lose(pending > 0 ? pending : number)
  }

  sendBroken(cause: unknown): void {
    if (cause instanceof ZerowireError) return this.stop(cause)
    const error = new ZerowireError(new MemoryLost(this.progress()), cause)
    this.queue.fail(error)
  }

  /** Checks whether the connection is gone, which may not have been reported yet. */
  noticeLoss(): void {
    if (this.#state === "closed") return
    const pending = this.stack.kernel.getOption(this.fd, "SO_ERROR")
    if (pending > 0) this.lose(pending)
  }

  get endedElsewhere(): boolean {
    // Where the peer has sent a FIN alone, the socket still has an address for it (`inet_getname`).
    return this.queue.away && this.stack.kernel.peerAddress(this.fd) === undefined
  }

  /** The connection is gone. Memory in flight comes back through its notifications. */
  lose(number: number): void {
    this.failWith(new ZerowireError(new ConnectionLost(number, this.progress())))
  }

  /** Fails operations under way, and all later ones. */
  failWith(error: ZerowireError): void {
    this.#endedBeforeLoss ||= this.#finSent && this.acknowledgesAll
    this.packer.discard()
    this.queue.fail(error)
    this.receiver.fail(error)
  }

  /** Checks what the peer has acknowledged, if somebody waits for that. */
  noticeAcknowledged(): void {
    if (this.queue.awaitsAcknowledgement) this.queue.acknowledged(this.acknowledgedBytes)
  }

  /** Whether the peer's kernel has acknowledged everything that was sent, including the FIN. */
  get acknowledgesAll(): boolean {
    return this.acknowledgedBytes >= this.sentBytes
  }

  /** Whether the peer's kernel has acknowledged everything that was sent, but perhaps not the FIN. */
  get acknowledgesBytes(): boolean {
    return this.acknowledgedBytes >= this.queue.acceptedBytes
  }

  /** Whether the peer's kernel had acknowledged the FIN by the time the connection was lost. */
  get endedBeforeLoss(): boolean {
    return this.#endedBeforeLoss
  }

  /** Bytes that the kernel accepted. A FIN takes a sequence number, like a byte (RFC 9293, section 3.4). */
  get sentBytes(): number {
    return this.queue.acceptedBytes + (this.#finSent ? 1 : 0)
  }

  /** How many of the bytes that were sent here; all of them if the kernel does not report it. */
  get acknowledgedBytes(): number {
    const n = this.stack.kernel.acknowledgedBytes(this.fd)
    return n < 0 ? Infinity : n - this.#acknowledgedBefore
  }

  progress(): Progress {
    const { acceptedBytes, queuedBytes } = this.queue
    const { kernel } = this.stack
    const acknowledged = kernel.acknowledges
      ? kernel.acknowledgedBytes(this.fd) - this.#acknowledgedBefore
      : 0
    return {
      acceptedBytes,
      unknownBytes: Math.max(0, acceptedBytes - Math.max(0, acknowledged)),
      unsentBytes: queuedBytes + this.packer.gatheredBytes,
    }
  }

  /**
   * Refuses a call whose bytes cannot be sent in order. `action` says what it does.
   *
   * @throws {TypeError} during a pipe: nobody knows how much it will still deliver.
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  checkCall(action: string): void {
    this.queue.check()
    if (this.#callsEnded) throw new ZerowireError(new SocketClosed("send"))
    if (!this.isPipedTo) return
    throw new TypeError(
      `Cannot ${action}: a pipeTo into this socket's writable is under way. Wait for its promise first`,
    )
  }

  /** Whether bytes may be queued now, after everything before them. */
  get mayQueue(): boolean {
    return this.#inOrder && !this.#callsEnded && !this.isPipedTo
  }

  /** Sends what was gathered, and queued, now instead of at the end of the turn. */
  sendNow(): void {
    this.packer.flush()
    this.queue.pumpQueued()
  }

  /** Refuses all calls from now on. Those in line still get their turn. */
  endCalls(): void {
    this.#callsEnded = true
  }

  /** `lock` belongs to the socket's WritableStream. */
  useStream(lock: StreamLock): void {
    this.#stream = new WeakRef(lock)
  }

  /** Whether a pipe holds the socket's WritableStream. */
  get isPipedTo(): boolean {
    return this.#stream !== undefined && this.#stream.deref()?.pipes === true
  }

  /** A FIN follows the queued bytes. Nothing more can be written. */
  endWriting(): void {
    this.queue.end()
  }

  /** Succeeds once the peer's kernel has acknowledged everything that was sent, including the FIN. */
  untilAcknowledged(): Effect.Effect<void, ZerowireError> {
    const { queue } = this
    const wait = queue.untilAcknowledged(this.sentBytes)
    queue.acknowledged(this.acknowledgedBytes)
    return wait
  }

  /** Queues the FIN, unless it was queued before. */
  shutdownWrite(): void {
    if (this.#state === "closed" || this.#finSent) return
    this.#finSent = true
    this.#guardEnd()
    this.stack.kernel.shutdownWrite(this.fd)
  }

  get failed(): boolean {
    return this.queue.failed
  }

  get writingEnded(): boolean {
    return this.#finSent
  }

  get holdsUnsent(): boolean {
    return this.queue.queuedBytes + this.packer.gatheredBytes > 0 || !this.#inOrder
  }

  /** Until the FIN, the end of this process resets the connection, though nothing may be queued. */
  expectMore(): void {
    this.#endGuard.expectMore()
    this.#guardEnd()
  }

  #guardEnd(): void {
    this.#endGuard.check(this.#finSent, this.queue.queuedBytes)
  }

  setOption(option: SocketOption, value: number): void {
    if (this.#state !== "closed") this.stack.kernel.setOption(this.fd, option, value)
  }

  /** Nothing more may be written. */
  startClosing(): void {
    if (this.#state === "open") this.#state = "closing"
  }

  /** Fails operations under way with `Aborted`. */
  stop(reason: unknown): void {
    this.failWith(new ZerowireError(new Aborted(this.progress()), reason))
  }

  /**
   * Closes the file descriptor. Nothing may be in flight. From now on its number may belong to another
   * socket.
   */
  finish(): void {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.addresses.settle()
    this.receiver.close()
    if (this.#registered) this.stack.reactor.remove(this.fd)
    this.stack.reactor.rest()
    this.stack.kernel.close(this.fd)
    this.stack.descriptors.note()
    this.stack.closed(this)
    for (const hook of this.#closedHooks) hook()
  }

  /** Calls `hook` once the file descriptor is closed. */
  onClosed(hook: () => void): void {
    this.#closedHooks.push(hook)
  }

  /** It can wait some milliseconds for news of room and of memory that came back. */
  get #patience(): Patience {
    const sending = this.queue.blocked || this.queue.inFlight.calls > 0
    // Nobody reads any longer, and the last acknowledgement is no reason to serve a crowd early.
    if (this.#state === "closing") return sending ? "long" : "any"
    if (!sending) return "none"
    return this.receiver.waiting ? "short" : "long"
  }

  #interest(): Interest {
    const { queue, receiver } = this
    const waiting = queue.waiting || receiver.waiting ||
      (queue.blocked && queue.queuedBytes > 0)
    if (waiting) return this.#referenced ? "wait" : "watch"
    return queue.inFlight.calls > 0 || receiver.draining ? "watch" : "none"
  }
}
