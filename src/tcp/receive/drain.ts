import { setTimeout } from "node:timers"
import { errno } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import type { ReceivedBytes } from "./received_bytes.ts"

/** What a drain needs from its connection. */
export interface DrainHost {
  interestChanged(): void
  /** The connection is gone, with this errno. */
  lose(number: number): void
}

/**
 * Throws arriving bytes away until the peer's FIN, because the reader cancelled. Created when it does.
 *
 * TCP cannot tell a peer to stop, and a peer whose bytes nobody takes waits for ever, perhaps before it reads
 * what is sent to it.
 */
export class Drain {
  readonly #stack: Stack
  readonly #fd: number
  readonly #received: ReceivedBytes
  readonly #receiver: { readonly lent: boolean }
  readonly #host: DrainHost
  #active = true
  #due = false
  #bytes = 0

  constructor(
    stack: Stack,
    fd: number,
    received: ReceivedBytes,
    receiver: { readonly lent: boolean },
    host: DrainHost,
  ) {
    this.#stack = stack
    this.#fd = fd
    this.#received = received
    this.#receiver = receiver
    this.#host = host
  }

  get active(): boolean {
    return this.#active
  }

  /** Bytes that were thrown away. */
  get bytes(): number {
    return this.#bytes
  }

  stop(): void {
    this.#active = false
  }

  /** Throws away what has arrived, unless a courier receives: it would move what comes after. */
  run(): void {
    if (this.#receiver.lent) return
    const { kernel, scratch } = this.#stack
    for (let bytes = 0; this.#active;) {
      if (bytes >= turnBytes) return this.#runSoon()
      const n = kernel.receive(this.#fd, scratch, 0, scratch.buffer.byteLength)
      if (n === -errno.EAGAIN) break
      if (n === -errno.EINTR) continue
      if (n <= 0) this.#active = false
      if (n === 0) this.#received.end()
      if (n < 0) this.#host.lose(-n)
      bytes += n
      if (n > 0) this.#bytes += n
    }
    this.#host.interestChanged()
  }

  #runSoon(): void {
    if (this.#due) return
    this.#due = true
    const run = () => {
      this.#due = false
      this.run()
    }
    // Nobody waits for this, so it must not keep the process alive. An immediate would, or it would never
    // run (Deno).
    setTimeout(run, 0).unref()
  }
}

/** Bytes to throw away before other sockets get a turn. */
export const turnBytes: number = 1024 * 1024
