import { errno } from "../../kernel/port.ts"
import { later } from "../../reactor/mod.ts"
import type { Stack } from "../../stack/mod.ts"

/**
 * The pauses of a listener that cannot accept now. Connections wait in its backlog meanwhile, and no
 * event tells when there is room: so it tries again when this process has closed a file descriptor, and
 * from time to time, because others may have closed theirs.
 */
export class AcceptPause {
  readonly #stack: Stack
  readonly #retry: () => void
  #millis = shortestMillis
  #end: (() => void) | undefined
  #troubledAt = -Infinity

  /** Calls `retry` when a pause is over. */
  constructor(stack: Stack, retry: () => void) {
    this.#stack = stack
    this.#retry = retry
  }

  /** Whether there is no use in trying. */
  get underWay(): boolean {
    return this.#end !== undefined
  }

  /**
   * Begins a pause, twice as long as the one before. Answers whether to tell of it: when there has been no
   * trouble for a minute.
   */
  begin(): boolean {
    const { services, descriptors, clock } = this.#stack
    const goOn = () => {
      this.end()
      this.#retry()
    }
    const timer = later(services, this.#millis, goOn)
    const ear = descriptors.listen(goOn)
    this.#end = () => {
      timer()
      ear()
    }
    this.#millis = Math.min(2 * this.#millis, longestMillis)
    const now = clock.currentTimeMillisUnsafe()
    const quiet = now - this.#troubledAt
    this.#troubledAt = now
    return quiet >= quietMillis
  }

  /** Ends the pause that is under way, if any. */
  end(): void {
    this.#end?.()
    this.#end = undefined
  }

  /** A connection was accepted. */
  succeeded(): void {
    this.#millis = shortestMillis
  }
}

/** What accept(2) fails with while the process, or the machine, has no room for another socket. */
export const roomErrors: ReadonlySet<number> = new Set([
  ...[errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM],
])

/**
 * What accept(2) fails with because of one connection, which is gone: the peer gave up while it stood in
 * the backlog (ECONNABORTED), a firewall or a security module forbids it (EPERM), or the network has
 * failed meanwhile. "Treat them like EAGAIN", says the manual page, and names these.
 */
export const connectionErrors: ReadonlySet<number> = new Set([
  ...[errno.ECONNABORTED, errno.EPERM, errno.EPROTO, errno.ENETDOWN, errno.ENOPROTOOPT],
  ...[errno.EHOSTDOWN, errno.ENONET, errno.EHOSTUNREACH, errno.EOPNOTSUPP, errno.ENETUNREACH],
  ...[errno.ENOSR, errno.ESOCKTNOSUPPORT, errno.EPROTONOSUPPORT, errno.ETIMEDOUT],
])

const shortestMillis = 10
const longestMillis = 1000
const quietMillis = 60_000
