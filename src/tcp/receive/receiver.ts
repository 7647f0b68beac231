import { setTimeout } from "node:timers"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { errno, type Memory, ready } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { UnreadBytes } from "./unread.ts"

/** What the receiving side needs from its connection. */
export interface ReceiverHost {
  interestChanged(): void
  /**
   * Whether the connection is gone without an error: the kernel reports it once, and a courier's call that
   * sends has got it. To a call that receives that looks like the peer's FIN.
   */
  readonly endedElsewhere: boolean
  /** The connection is gone, with this errno. Both directions fail. */
  lose(number: number): void
}

/** Takes what arrives as long as it arrives, in place of a reader that asks for it. */
export interface Consumer {
  /** There may be something to receive, or the stream has ended. */
  readable(): void
  /** Receiving has failed. */
  failed(failure: ZerowireError): void
}

/** The receiving side of one connection. One reader at a time. */
export class Receiver {
  readonly #fd: number
  readonly #stack: Stack
  readonly #host: ReceiverHost
  #early: UnreadBytes | undefined
  #receivedBytes = 0
  #discardedBytes = 0
  #drainedBytes = 0
  #lent = false
  /** Called when a courier that receives has returned. */
  #back: (() => void) | undefined
  #ended = false
  #closed = false
  #paused = false
  /** Whether the last call took all that there was, and no event has come since. */
  #empty = false
  /** Whether an event said that a call may return less than there is. */
  #partial = false
  #consumer: Consumer | undefined
  #draining = false
  #drainDue = false
  #failure: ZerowireError | undefined
  #resume: ((effect: Effect.Effect<void, ZerowireError>) => void) | undefined
  /** Called when receiving ends, except by the peer's FIN. */
  onEnd: (() => void) | undefined

  /** `early` is read before anything that is received. */
  constructor(stack: Stack, fd: number, host: ReceiverHost, early?: UnreadBytes) {
    this.#stack = stack
    this.#fd = fd
    this.#host = host
    this.#early = early
  }

  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /**
   * The same with bytes that were put back, and with those that nobody wanted and that were thrown away.
   * During a courier's call, the kernel's.
   */
  get arrivedBytes(): number {
    if (this.#lent) return this.#stack.kernel.arrivedBytes(this.#fd)
    return this.#receivedBytes + this.earlyBytes + this.#drainedBytes
  }

  /** Bytes that were thrown away because this side closes. */
  get discardedBytes(): number {
    return this.#discardedBytes
  }

  /** Whether the peer's FIN and everything before it were received. */
  get ended(): boolean {
    return this.#ended
  }

  get waiting(): boolean {
    if (this.#resume !== undefined) return true
    return this.#consumer !== undefined && !this.#paused && !this.#ended && !this.#closed
  }

  /** Whether there is nothing to receive until the next event. */
  get empty(): boolean {
    return this.#empty
  }

  /** Gives everything that arrives from now on to `consumer`, or to whoever asks if there is none. */
  deliverTo(consumer: Consumer | undefined): void {
    this.#consumer = consumer
    this.#paused = false
    this.#host.interestChanged()
  }

  /** Whether arriving bytes are not reported, because there is no room for them elsewhere. */
  get paused(): boolean {
    return this.#paused
  }

  /** Stops reports of arriving bytes until somebody waits for them again, or until `resume`. */
  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#host.interestChanged()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#host.interestChanged()
  }

  /** Whether arriving bytes are thrown away. */
  get draining(): boolean {
    return this.#draining
  }

  /**
   * Receives up to `length` bytes into `buffer` at `offset`, without waiting. Returns how many; 0 at the
   * end of the stream, -1 if nothing has arrived.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  receiveNow(buffer: ArrayBuffer, offset: number, length: number): number {
    return this.#withoutCall(buffer, offset, length) ??
      this.#receiveInto(this.#stack.kernel.memoryOf(buffer), offset, length)
  }

  /**
   * As `receiveNow`, into memory whose address is known already.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  receiveAt(memory: Memory, offset: number, length: number): number {
    return this.#withoutCall(memory.buffer, offset, length) ??
      this.#receiveInto(memory, offset, length)
  }

  /** The result where the kernel has nothing for this call. */
  #withoutCall(buffer: ArrayBuffer, offset: number, length: number): number | undefined {
    const early = this.#early?.take(buffer, offset, length) ?? 0
    this.#receivedBytes += early
    if (early > 0) return early
    if (length === 0) return this.#receiveNothing(buffer)
    return this.#empty ? this.#whenEmpty() : undefined
  }

  /**
   * Receives into `memory` without waiting, first the bytes that were put back and then, right behind them,
   * what has arrived. Returns the same as `receiveNow`; -1 also if nothing has arrived since bytes were put
   * back.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  receiveMore(memory: Memory): number {
    if (this.#empty) return this.#whenEmpty()
    const { byteLength } = memory.buffer
    if (this.#early === undefined) return this.#receiveInto(memory, 0, byteLength)
    const before = this.earlyBytes
    const n = this.#receiveInto(memory, before, byteLength - before)
    if (n <= 0) return n
    this.#early.take(memory.buffer, 0, before)
    this.#early = undefined
    this.#receivedBytes += before
    return before + n
  }

  /** Bytes that come before anything that the kernel still has. */
  get earlyBytes(): number {
    return this.#early?.byteLength ?? 0
  }

  /** The next `receiveNow` asks the kernel, even if no event has said that something has come. */
  lookAgain(): void {
    this.#empty = false
  }

  #whenEmpty(): number {
    this.#check()
    return this.#ended ? 0 : -1
  }

  /** A call for no bytes only tells whether the socket is in order. */
  #receiveNothing(buffer: ArrayBuffer): number {
    this.#check()
    const { kernel } = this.#stack
    return this.#ended ? 0 : kernel.receive(this.#fd, kernel.memoryOf(buffer), 0, 0)
  }

  #receiveInto(memory: Memory, offset: number, length: number): number {
    this.#check()
    if (this.#ended) return 0
    let n: number
    do {
      n = this.#stack.kernel.receive(this.#fd, memory, offset, length)
    } while (n === -errno.EINTR)
    // What arrives after a call that took less than there was room for is an event of its own (epoll(7)).
    this.#empty = n === -errno.EAGAIN || n > 0 && n < length && !this.#partial
    return this.#received(n)
  }

  /** Handles the result of a receiving call. */
  #received(n: number): number {
    if (n === -errno.EAGAIN) return -1
    if (n > 0) {
      this.#receivedBytes += n
      return n
    }
    if (n === 0 && !this.#host.endedElsewhere) {
      this.#ended = true
      return 0
    }
    // The kernel reports it once: from now on SO_ERROR is 0, and no event tells what it was.
    this.#host.lose(n === 0 ? errno.EPIPE : -n)
    throw this.#failure
  }

  /** Bytes that come before anything that the kernel still has, if there are any. */
  takeEarly(): Uint8Array<ArrayBuffer> | undefined {
    const early = this.#early?.takeAll()
    this.#receivedBytes += early?.byteLength ?? 0
    return early
  }

  /**
   * Moves up to `length` bytes into a pipe without waiting. Returns the same as `receiveNow`. The bytes
   * of `takeEarly` must be taken first.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  fillPipe(writeEnd: number, length: number): number {
    this.#check()
    if (this.#ended) return 0
    let n: number
    do {
      n = this.#stack.kernel.fillPipe(writeEnd, this.#fd, length)
    } while (n === -errno.EINTR)
    return this.#received(n)
  }

  /** A courier receives from now on, until `relayed`. Returns the file descriptor. */
  lend(): number {
    this.#lent = true
    return this.#fd
  }

  /**
   * A courier has moved `n` bytes into a pipe. If `number` is not 0, its next call has failed with this
   * errno.
   */
  relayed(n: number, number: number): void {
    this.#lent = false
    this.#empty = false
    this.#receivedBytes += n
    if (number > 0 && this.#ending === undefined) this.#host.lose(number)
    if (this.#draining) this.#drain()
    this.#back?.()
  }

  /** Returns received bytes that were not used. They are the next to be received. */
  putBack(bytes: Uint8Array): void {
    this.#receivedBytes -= bytes.byteLength
    if (this.#closed) return
    this.#early ??= new UnreadBytes()
    this.#early.add(bytes)
  }

  /** Succeeds when there may be something to receive. Interruption only ends the wait. */
  get untilReadable(): Effect.Effect<void, ZerowireError> {
    return Effect.suspend(() =>
      this.#ending === undefined ? this.#untilReady : Effect.fail(this.#ending)
    )
  }

  get #untilReady(): Effect.Effect<void, ZerowireError> {
    return Effect.callback((resume) => {
      const leave = this.whenReady(resume)
      return Effect.sync(leave)
    })
  }

  /**
   * Calls `resume` once, when there may be something to receive or receiving has failed. Returns a
   * function that ends the wait.
   */
  whenReady(resume: (effect: Effect.Effect<void, ZerowireError>) => void): () => void {
    this.#resume = resume
    this.#paused = false
    this.#host.interestChanged()
    return () => {
      if (this.#resume !== resume) return
      this.#resume = undefined
      this.#host.interestChanged()
    }
  }

  /**
   * Throws away arriving bytes until the peer's FIN or a failure. A peer that is closing too may take
   * nothing until its bytes are read, and then each side would wait for the other.
   */
  get discardAll(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.ignore(this.#discarding(Infinity, () => true, (number) => this.#host.lose(number)))
    )
  }

  /**
   * Throws away unread bytes: a socket that is closed with unread bytes sends a reset instead of a FIN
   * (`tcp_close` in net/ipv4/tcp.c), and the peer may then lose what it has not read. If the peer is
   * still sending, this goes on until its FIN, within limits.
   */
  get discardRest(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.ignore(
        Effect.timeoutOption(
          this.#discarding(discardBytes, () => this.#discardedBytes > 0, () => {}),
          discardTimeout,
        ),
      )
    )
  }

  /** As `discardAll`, for a connection whose loss is no news. */
  get discardQuietly(): Effect.Effect<void> {
    return Effect.suspend(() => Effect.ignore(this.#discarding(Infinity, () => true, () => {})))
  }

  get #untilBack(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#back = () => resume(Effect.void)
    })
  }

  #discarding(
    bytes: number,
    patient: () => boolean,
    lost: (number: number) => void,
  ): Effect.Effect<void, ZerowireError> {
    const { kernel, scratch } = this.#stack
    const end = this.#discardedBytes + bytes
    const step: Effect.Effect<void, ZerowireError> = Effect.suspend(() => {
      // The courier would move what comes after the bytes that are thrown away.
      if (this.#lent) return Effect.andThen(this.#untilBack, step)
      for (const pause = this.#discardedBytes + turnBytes; this.#discardedBytes < end;) {
        if (this.#discardedBytes >= pause) return Effect.andThen(Effect.yieldNow, step)
        const n = kernel.receive(this.#fd, scratch, 0, scratch.buffer.byteLength)
        if (n === -errno.EAGAIN) {
          return patient() ? Effect.andThen(this.#untilReady, step) : Effect.void
        }
        if (n === -errno.EINTR) continue
        if (n < 0) lost(-n)
        if (n <= 0) return Effect.void
        this.#discardedBytes += n
      }
      return Effect.void
    })
    return step
  }

  /** There is something to receive, or the stream has ended. `events` are bits of `ready`. */
  onReadable(events: number): void {
    this.#empty = false
    this.#partial = (events & morePossible) !== 0
    if (this.#draining) this.#drain()
    else if (this.#consumer === undefined) this.#wake(Effect.void)
    else if (!this.#paused) this.#consumer.readable()
  }

  /** Ends receiving. */
  fail(failure: ZerowireError): void {
    this.#draining = false
    if (!this.#closed) this.#failure ??= failure
    this.onEnd?.()
    this.#empty = false
    this.#wake(Effect.fail(failure))
    this.#consumer?.failed(failure)
  }

  /**
   * Ends receiving because the reader cancelled. Arriving bytes are thrown away until the peer's FIN: TCP
   * cannot tell a peer to stop, and a peer whose bytes nobody takes waits for ever, perhaps before it
   * reads what is sent to it.
   */
  cancel(): void {
    if (this.#closed) return
    this.close()
    this.#draining = !this.#ended && this.#failure === undefined
    if (this.#draining) this.#drain()
  }

  /** Ends receiving because this side closed. */
  close(): void {
    this.#early = undefined
    this.#closed = true
    this.#draining = false
    this.onEnd?.()
    this.#empty = false
    this.#consumer = undefined
    if (this.waiting && this.#ending !== undefined) this.fail(this.#ending)
  }

  #drain(): void {
    if (this.#lent) return
    const { kernel, scratch } = this.#stack
    for (let bytes = 0; this.#draining;) {
      if (bytes >= turnBytes) return this.#drainSoon()
      const n = kernel.receive(this.#fd, scratch, 0, scratch.buffer.byteLength)
      if (n === -errno.EAGAIN) break
      if (n === -errno.EINTR) continue
      if (n <= 0) this.#draining = false
      if (n === 0) this.#ended = true
      if (n < 0) this.#host.lose(-n)
      bytes += n
      if (n > 0) this.#drainedBytes += n
    }
    this.#host.interestChanged()
  }

  #drainSoon(): void {
    if (this.#drainDue) return
    this.#drainDue = true
    const drain = () => {
      this.#drainDue = false
      this.#drain()
    }
    // Nobody waits for this, so it must not keep the process alive. An immediate would, or it would never
    // run (Deno).
    setTimeout(drain, 0).unref()
  }

  #check(): void {
    if (this.#ending !== undefined) throw this.#ending
  }

  /**
   * Why receiving has ended. Creating an error is expensive, so a closed socket creates its error on
   * demand.
   */
  get #ending(): ZerowireError | undefined {
    if (this.#failure === undefined && this.#closed) {
      this.#failure = new ZerowireError(new SocketClosed("receive"))
    }
    return this.#failure
  }

  #wake(effect: Effect.Effect<void, ZerowireError>): void {
    const resume = this.#resume
    if (resume === undefined) return
    this.#resume = undefined
    // A reader that waits again at once stays registered in between: registering anew would report
    // everything that is ready again, and a notification stays ready as long as a courier's call keeps us
    // from reading it.
    resume(effect)
    this.#host.interestChanged()
  }
}

/** More than a receive buffer holds (the last value of net.ipv4.tcp_rmem, 6 MiB by default). */
const discardBytes = 16 * 1024 * 1024
const discardTimeout = Duration.seconds(1)
/** Bytes to throw away before other sockets get a turn. */
const turnBytes = 1024 * 1024

/** Where one of these is reported, a call may return less than has arrived, or the end is to be read. */
const morePossible = ready.urgent | ready.error | ready.hangup | ready.ended
