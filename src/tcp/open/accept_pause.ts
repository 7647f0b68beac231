import type { ZerowireError } from "../../error/mod.ts"
import { errno } from "../../kernel/port.ts"
import { later } from "../../reactor/mod.ts"
import type { Stack } from "../../stack/mod.ts"

/**
 * The pauses of a listener that cannot accept at the moment. Connections wait in its backlog, and no
 * event tells when there is room. It tries again when this process has closed a file descriptor, and from
 * time to time, because other processes may have closed theirs.
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

  /** Whether a pause is under way, so that trying is pointless. */
  get underWay(): boolean {
    return this.#end !== undefined
  }

  /**
   * Begins a pause, twice as long as the one before. Returns whether to report it: only if there was no
   * trouble for a minute.
   */
  begin(): boolean {
    const { services, descriptors, clock } = this.#stack
    this.#stack.acceptPauses++
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

/** Warns that connections wait. */
export const warnOfPause = ({ message }: ZerowireError): void =>
  // deno-lint-ignore no-console -- peers wait, and nothing else says why
  console.warn(`zerowire: new connections must wait. ${message}`)

/** The errors of accept(2) while the process or the machine has no room for another socket. */
export const roomErrors: ReadonlySet<number> = new Set([
  ...[errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM],
])

/**
 * The errors of accept(2) that concern one connection, which is gone: its peer gave up while it was in
 * the backlog (ECONNABORTED), a firewall or security module forbids it (EPERM), or the network failed.
 * The manual page lists these and says to treat them like EAGAIN.
 */
export const connectionErrors: ReadonlySet<number> = new Set([
  ...[errno.ECONNABORTED, errno.EPERM, errno.EPROTO, errno.ENETDOWN, errno.ENOPROTOOPT],
  ...[errno.EHOSTDOWN, errno.ENONET, errno.EHOSTUNREACH, errno.EOPNOTSUPP, errno.ENETUNREACH],
  ...[errno.ENOSR, errno.ESOCKTNOSUPPORT, errno.EPROTONOSUPPORT, errno.ETIMEDOUT],
])

const shortestMillis = 10
const longestMillis = 1000
const quietMillis = 60_000
