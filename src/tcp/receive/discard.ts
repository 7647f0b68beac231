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

  /**
   * Throws away arriving bytes until the peer's FIN or a failure. A peer that is closing too may take
   * nothing until its bytes are read, and then each side would wait for the other.
   */
  get all(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.ignore(this.#discarding(Infinity, () => true, (number) => this.#host.lose(number)))
    )
  }

  /**
   * Throws away unread bytes: a socket that is closed with unread bytes sends a reset instead of a FIN
   * (`tcp_close` in net/ipv4/tcp.c), and the peer may then lose what it has not read. If the peer is
   * still sending, this goes on until its FIN, within limits.
   */
  get rest(): Effect.Effect<void> {
    return Effect.suspend(() =>
      Effect.ignore(
        Effect.timeoutOption(
          this.#discarding(restBytes, () => this.#bytes > 0, () => {}),
          restTimeout,
        ),
      )
    )
  }

  /** As `all`, for a connection whose loss is no news. */
  get quietly(): Effect.Effect<void> {
    return Effect.suspend(() => Effect.ignore(this.#discarding(Infinity, () => true, () => {})))
  }

  #discarding(
    bytes: number,
    patient: () => boolean,
    lost: (number: number) => void,
  ): Effect.Effect<void, ZerowireError> {
    const { kernel, scratch } = this.#stack
    const receiver = this.#receiver
    const end = this.#bytes + bytes
    const step: Effect.Effect<void, ZerowireError> = Effect.suspend(() => {
      // The courier would move what comes after the bytes that are thrown away.
      if (receiver.lent) return Effect.andThen(receiver.untilBack, step)
      for (const pause = this.#bytes + turnBytes; this.#bytes < end;) {
        if (this.#bytes >= pause) return Effect.andThen(Effect.yieldNow, step)
        const n = kernel.receive(this.#fd, scratch, 0, scratch.buffer.byteLength)
        if (n === -errno.EAGAIN) {
          return patient() ? Effect.andThen(receiver.untilReady, step) : Effect.void
        }
        if (n === -errno.EINTR) continue
        if (n < 0) lost(-n)
        if (n <= 0) return Effect.void
        this.#bytes += n
      }
      return Effect.void
    })
    return step
  }
}

/** More than a receive buffer holds (the last value of net.ipv4.tcp_rmem, 6 MiB by default). */
const restBytes = 16 * 1024 * 1024
const restTimeout = Duration.seconds(1)
