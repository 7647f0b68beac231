import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { errno, type Memory, ready } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { UnreadBytes } from "./unread.ts"

/** What taking bytes needs from the connection. */
export interface LossHost {
  /**
   * Whether the connection is gone without an error: the kernel reports it once, and a courier's call that
   * sends has got it. To a call that receives that looks like the peer's FIN.
   */
  readonly endedElsewhere: boolean
  /** The connection is gone, with this errno. Both directions fail. */
  lose(number: number): void
}

/**
 * Takes the bytes of one connection, without waiting: first those that were put back, then what the kernel
 * has.
 */
export class ReceivedBytes {
  readonly #fd: number
  readonly #stack: Stack
  readonly #host: LossHost
  #early: UnreadBytes | undefined
  #count = 0
  #ended = false
  #closed = false
  /** Whether the last call took all that there was, and no event has come since. */
  #empty = false
  /** Whether an event said that a call may return less than there is. */
  #partial = false
  #failure: ZerowireError | undefined

  /** `early` is read before anything that is received. */
  constructor(stack: Stack, fd: number, host: LossHost, early?: UnreadBytes) {
    this.#stack = stack
    this.#fd = fd
    this.#host = host
    this.#early = early
  }

  /** How many were taken, without those that were put back. */
  get count(): number {
    return this.#count
  }

  /** Whether the peer's FIN and everything before it were received. */
  get ended(): boolean {
    return this.#ended
  }

  /** Whether this side has ended receiving. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether there is nothing to receive until the next event. */
  get empty(): boolean {
    return this.#empty
  }

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /**
   * Why receiving has ended. Creating an error is expensive, so a closed socket creates its error on
   * demand.
   */
  get ending(): ZerowireError | undefined {
    if (this.#failure === undefined && this.#closed) {
      this.#failure = new ZerowireError(new SocketClosed("receive"))
    }
    return this.#failure
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
    this.#count += early
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
    this.#count += before
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
      this.#count += n
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
    this.#count += early?.byteLength ?? 0
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

  /** A courier has taken `n` bytes. */
  taken(n: number): void {
    this.#empty = false
    this.#count += n
  }

  /** Returns received bytes that were not used. They are the next to be received. */
  putBack(bytes: Uint8Array): void {
    this.#count -= bytes.byteLength
    if (this.#closed) return
    this.#early ??= new UnreadBytes()
    this.#early.add(bytes)
  }

  /** There is something to receive, or the stream has ended. `events` are bits of `ready`. */
  arrived(events: number): void {
    this.#empty = false
    this.#partial = (events & morePossible) !== 0
  }

  /** The peer's FIN has come, though nobody reads it. */
  end(): void {
    this.#ended = true
  }

  /** Receiving has failed. */
  fail(failure: ZerowireError): void {
    if (!this.#closed) this.#failure ??= failure
    this.#empty = false
  }

  /** This side ends receiving. */
  close(): void {
    this.#early = undefined
    this.#closed = true
    this.#empty = false
  }

  #check(): void {
    const { ending } = this
    if (ending !== undefined) throw ending
  }
}

/** Where one of these is reported, a call may return less than has arrived, or the end is to be read. */
const morePossible = ready.urgent | ready.error | ready.hangup | ready.ended
