import { Aborted, ConnectionLost, MemoryLost, WaitFailed, ZerowireError } from "../../error/mod.ts"
import { errno, ready, type SocketOption } from "../../kernel/port.ts"
import type { Handler } from "../../reactor/mod.ts"
import { carrierFor, type OpenConnection, type Stack } from "../../stack/mod.ts"
import type { Threshold } from "../../zerocopy/mod.ts"
import { Receiver, type ReceiverHost } from "../receive/receiver.ts"
import { Packer } from "../send/packer.ts"
import { SendQueue } from "../send/queue.ts"
import type { QueueHost } from "../send/queue_host.ts"
import {
  acknowledgedBytesOf,
  acknowledgesAll,
  noticeAcknowledged,
  progressOf,
  type Sender,
} from "./acknowledged.ts"
import { Addresses } from "./addresses.ts"
import { CallGate } from "./call_gate.ts"
import type { ConnectionOptions } from "./connection_options.ts"
import { EndGuard } from "./end_guard.ts"
import type { History } from "./history.ts"
import { interestOf, patienceOf } from "./interest.ts"

/**
 * One connected TCP or Unix domain socket: its file descriptor, its two directions, and its events.
 *
 * The file descriptor stays open as long as the kernel may read our memory: after it is closed, no
 * notification comes.
 */
export class Connection implements Handler, OpenConnection, QueueHost, ReceiverHost, Sender {
  readonly stack: Stack
  readonly fd: number
  /** Whether it is a Unix domain socket. The kernel has no count of acknowledged bytes then. */
  readonly unix: boolean
  readonly addresses: Addresses
  readonly threshold: Threshold
  readonly queue: SendQueue
  readonly receiver: Receiver
  readonly packer: Packer
  readonly acknowledgedBefore: number
  #calls: CallGate | undefined
  #finSent = false
  #endedBeforeLoss = false
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
    this.acknowledgedBefore = history.sentBefore
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
    this.queue.onFailure((error) => this.#calls?.fail(error))
    stack.open.add(this)
    this.interestChanged()
  }

  get state(): "open" | "closing" | "closed" {
    return this.#state
  }

  /** What lets calls send, one after the other. */
  get calls(): CallGate {
    return this.#calls ??= new CallGate(this.queue)
  }

  /** Whether bytes may be queued now, after everything before them. */
  get mayQueue(): boolean {
    return this.#calls === undefined || this.#calls.open
  }

  /** Whether no call is in line to send, and no pipe delivers. */
  get undisturbed(): boolean {
    return this.#calls === undefined || this.#calls.inOrder && !this.#calls.isPipedTo
  }

  /** Whether a pipe holds the socket's WritableStream. */
  get isPipedTo(): boolean {
    return this.#calls !== undefined && this.#calls.isPipedTo
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
      noticeAcknowledged(this)
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
    if (!registered) return
    const interest = interestOf(this.queue, this.receiver, this.#referenced)
    reactor.want(
      this.fd,
      interest,
      patienceOf(this.queue, this.receiver, this.#state === "closing"),
    )
  }

  sendFailed(number: number): void {
    // EPIPE only means that an earlier error was already reported. SO_ERROR may know which.
    const pending = number === errno.EPIPE ? this.stack.kernel.getOption(this.fd, "SO_ERROR") : 0
    this.lose(pending > 0 ? pending : number)
  }

  sendBroken(cause: unknown): void {
    if (cause instanceof ZerowireError) return this.stop(cause)
    const error = new ZerowireError(new MemoryLost(progressOf(this)), cause)
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
    this.failWith(new ZerowireError(new ConnectionLost(number, progressOf(this))))
  }

  /** Fails operations under way, and all later ones. */
  failWith(error: ZerowireError): void {
    this.#endedBeforeLoss ||= this.#finSent && acknowledgesAll(this)
    this.packer.discard()
    this.queue.fail(error)
    this.receiver.fail(error)
  }

  /** How many of the bytes that were sent here; all of them if the kernel does not report it. */
  get acknowledgedBytes(): number {
    return acknowledgedBytesOf(this)
  }

  /** Whether the peer's kernel had acknowledged the FIN by the time the connection was lost. */
  get endedBeforeLoss(): boolean {
    return this.#endedBeforeLoss
  }

  /** Sends what was gathered, and queued, now instead of at the end of the turn. */
  sendNow(): void {
    this.packer.flush()
    this.queue.pumpQueued()
  }

  /** A FIN follows the queued bytes. Nothing more can be written. */
  endWriting(): void {
    this.queue.end()
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
    return this.queue.queuedBytes + this.packer.gatheredBytes > 0 ||
      this.#calls !== undefined && !this.#calls.inOrder
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
    this.failWith(new ZerowireError(new Aborted(progressOf(this)), reason))
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
}
