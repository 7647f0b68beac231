import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import { errno } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { turnBytes } from "./drain.ts"
import type { LossHost } from "./received_bytes.ts"

/** What throwing bytes away needs from the receiving side. */
export interface DiscardHost {
  /** Whether a courier receives. */
  readonly lent: boolean
  /** Succeeds when the courier has returned. */
  readonly untilBack: Effect.Effect<void>
  /** Succeeds when there may be something to receive, also after the end of receiving. */
  readonly untilReady: Effect.Effect<void, ZerowireError>
}

/** Throws unread bytes away while a connection closes. Created when it does. */
export class Discard {
  readonly #stack: Stack
  readonly #fd: number
  readonly #receiver: DiscardHost
  readonly #host: Pick<LossHost, "lose">
  #bytes = 0
  #ended = false

  constructor(stack: Stack, fd: number, receiver: DiscardHost, host: Pick<LossHost, "lose">) {
    this.#stack = stack
    this.#fd = fd
    this.#receiver = receiver
    this.#host = host
  }

  /** Bytes that were thrown away. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the peer's FIN was found, or that the connection is gone: nothing more will arrive. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Throws away what has arrived, as much as belongs in one turn. Returns whether there may be more. A peer
   * that is closing too may take nothing until its bytes are read, and then each side would wait for the other.
   * If the connection is gone, its loss is told unless it is no `news`.
   */
  takeTurn(news = true): boolean {
    const { kernel, scratch } = this.#stack
    for (let bytes = 0; bytes < turnBytes;) {
      // A courier would move what comes after the bytes that are thrown away.
      if (this.#ended || this.#receiver.lent) return false
      const n = kernel.receive(this.#fd, scratch, 0, scratch.buffer.byteLength)
      if (n === -errno.EAGAIN) return false
      if (n === -errno.EINTR) continue
      this.#ended = n <= 0
      if (n < 0 && news) this.#host.lose(-n)
      if (n <= 0) return false
      bytes += n
      this.#bytes += n
    }
    return true
  }

  /**
   * Throws away unread bytes: a socket that is closed with unread bytes sends a reset instead of a FIN
   * (`tcp_close` in net/ipv4/tcp.c), and the peer may then lose what it has not read. If the peer is
   * still sending, this goes on until its FIN, within limits.
   */
  get rest(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.empty()) return Effect.void
      return Effect.ignore(Effect.timeoutOption(this.#discarding(restBytes), restTimeout))
    })
  }

  /** Throws away what has arrived. Returns whether that was all, so that the socket can be closed. */
  empty(): boolean {
    if (this.#ended) return true
    const more = this.takeTurn(false)
    return this.#ended || !more && this.#bytes === 0 && !this.#receiver.lent
  }

  /** Throws away arriving bytes until the peer's FIN or a failure. */
  get quietly(): Effect.Effect<void> {
    return Effect.suspend(() => Effect.ignore(this.#discarding(Infinity)))
  }

  #discarding(bytes: number): Effect.Effect<void, ZerowireError> {
    const receiver = this.#receiver
    const end = this.#bytes + bytes
    const step: Effect.Effect<void, ZerowireError> = Effect.suspend(() => {
      if (receiver.lent) return Effect.andThen(receiver.untilBack, step)
      const more = this.takeTurn(false)
      if (this.#ended || this.#bytes >= end) return Effect.void
      return Effect.andThen(more ? Effect.yieldNow : receiver.untilReady, step)
    })
    return step
  }
}

/** More than a receive buffer holds (the last value of net.ipv4.tcp_rmem, 6 MiB by default). */
const restBytes = 16 * 1024 * 1024
const restTimeout = Duration.seconds(1)
