import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { Discard, type DiscardHost } from "./discard.ts"
import { Drain } from "./drain.ts"
import { type LossHost, ReceivedBytes } from "./received_bytes.ts"
import type { UnreadBytes } from "./unread.ts"

/** What the receiving side needs from its connection. */
export interface ReceiverHost extends LossHost {
  interestChanged(): void
}

/** Takes what arrives as long as it arrives, in place of a reader that asks for it. */
export interface Consumer {
  /** There may be something to receive, or the stream has ended. */
  readable(): void
  /** Receiving has failed. */
  failed(failure: ZerowireError): void
  /** While something is being sent: whether what arrives can wait some milliseconds. If unknown, it is absent. */
  readonly patient?: boolean
}

/**
 * The receiving side of one connection: who waits for bytes, and who is told of them. One reader at a time.
 *
 * `bytes` takes them. `Drain` and `Discard` throw away what nobody reads.
 */
export class Receiver implements DiscardHost {
  /** What arrives is taken here. */
  readonly bytes: ReceivedBytes
  readonly #fd: number
  readonly #stack: Stack
  readonly #host: ReceiverHost
  #lent = false
  /** Called when a courier that receives has returned. */
  #back: (() => void) | undefined
  #paused = false
  #consumer: Consumer | undefined
  #drain: Drain | undefined
  #discard: Discard | undefined
  #resume: ((effect: Effect.Effect<void, ZerowireError>) => void) | undefined
  /** Called when receiving ends, except by the peer's FIN. */
  onEnd: (() => void) | undefined

  /** `early` is read before anything that is received. */
  constructor(stack: Stack, fd: number, host: ReceiverHost, early?: UnreadBytes) {
    this.#stack = stack
    this.#fd = fd
    this.#host = host
    this.bytes = new ReceivedBytes(stack, fd, host, early)
  }

  /**
   * Bytes that were received, with those that were put back, and with those that nobody wanted and that
   * were thrown away. During a courier's call, the kernel's count.
   */
  get arrivedBytes(): number {
    if (this.#lent) return this.#stack.kernel.arrivedBytes(this.#fd)
    return this.bytes.count + this.bytes.earlyBytes + (this.#drain?.bytes ?? 0)
  }

  /** Whether the peer's FIN and everything before it were received. */
  get ended(): boolean {
    return this.bytes.ended
  }

  get waiting(): boolean {
    if (this.#resume !== undefined) return true
    return this.#consumer !== undefined && !this.#paused && !this.bytes.ended && !this.bytes.closed
  }

  /** Whether who waits can wait some milliseconds; undefined if nobody knows. */
  get patient(): boolean | undefined {
    return this.#resume === undefined ? this.#consumer?.patient : undefined
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

  /** Succeeds when there may be something to receive. Interruption only ends the wait. */
  get untilReadable(): Effect.Effect<void, ZerowireError> {
    return Effect.suspend(() => {
      const { ending } = this.bytes
      return ending === undefined ? this.untilReady : Effect.fail(ending)
    })
  }

  get untilReady(): Effect.Effect<void, ZerowireError> {
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

  /** There is something to receive, or the stream has ended. `events` are bits of `ready`. */
  onReadable(events: number): void {
    this.bytes.arrived(events)
    if (this.#drain?.active === true) this.#drain.run()
    else if (this.#consumer === undefined) this.#wake(Effect.void)
    else if (!this.#paused) this.#consumer.readable()
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

  /** A courier receives from now on, until `relayed`. Returns the file descriptor. */
  lend(): number {
    this.#lent = true
    return this.#fd
  }

  /** Whether a courier receives. */
  get lent(): boolean {
    return this.#lent
  }

  /**
   * A courier has moved `n` bytes into a pipe. If `number` is not 0, its next call has failed with this
   * errno.
   */
  relayed(n: number, number: number): void {
    this.#lent = false
    this.bytes.taken(n)
    if (number > 0 && this.bytes.ending === undefined) this.#host.lose(number)
    if (this.#drain?.active === true) this.#drain.run()
    this.#back?.()
  }

  get untilBack(): Effect.Effect<void> {
    return Effect.callback((resume) => this.whenBack(() => resume(Effect.void)))
  }

  /** Calls `back` when the courier has returned. */
  whenBack(back: () => void): void {
    this.#back = back
  }

  /** Throws unread bytes away while the connection closes. */
  get discard(): Discard {
    return this.#discard ??= new Discard(this.#stack, this.#fd, this, this.#host)
  }

  /** Ends receiving. */
  fail(failure: ZerowireError): void {
    this.#drain?.stop()
    this.bytes.fail(failure)
    this.onEnd?.()
    this.#wake(Effect.fail(failure))
    this.#consumer?.failed(failure)
  }

  /** Ends receiving because the reader cancelled. Arriving bytes are thrown away until the peer's FIN. */
  cancel(): void {
    const { closed, ended, failed } = this.bytes
    if (closed) return
    // A read that waits fails with it, but nothing has happened to the connection.
    this.close()
    if (ended || failed) return
    this.#drain = new Drain(this.#stack, this.#fd, this.bytes, this, this.#host)
    this.#drain.run()
  }

  /** Whether arriving bytes are thrown away, because the reader cancelled. */
  get draining(): boolean {
    return this.#drain?.active === true
  }

  /** Ends receiving because this side closed. */
  close(): void {
    this.bytes.close()
    this.#drain?.stop()
    this.onEnd?.()
    this.#consumer = undefined
    if (!this.waiting) return
    const { ending } = this.bytes
    if (ending !== undefined) this.fail(ending)
  }
}
