import * as Effect from "effect/Effect"
import { ListenFailed, SocketClosed, WaitFailed, ZerowireError } from "../../error/mod.ts"
import { errno } from "../../kernel/port.ts"
import type { Handler, Reactor } from "../../reactor/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { formatAddr, type NetAddress } from "../address.ts"
import type { History } from "../connection/history.ts"
import { AcceptPause, connectionErrors, roomErrors } from "./accept_pause.ts"
import { acceptedAt, inTurn, type ListeningPoint } from "./listening_point.ts"
import type { Restore } from "./restore.ts"

/** Reports that connections wait because of `failure`. */
export type TellPause = (failure: ZerowireError) => Effect.Effect<void>

/** Takes connections as long as they come, in place of a caller that asks for each. */
export interface Taker {
  /** A connection has come. */
  accepted(fd: number): void
  /** Connections wait because of `failure`. */
  waiting(failure: ZerowireError): void
  /** No connection can be accepted any more. */
  failed(failure: ZerowireError): void
}

/** A listening socket. */
export class Acceptor implements Handler {
  /** What accepted connections have behind them. */
  readonly history: History
  #addr: NetAddress
  readonly #stack: Stack
  readonly #point: ListeningPoint
  readonly #fd: number
  readonly #waiting: ((effect: Effect.Effect<void, ZerowireError>) => void)[] = []
  readonly #pause: AcceptPause
  #referenced = true
  #taker: Taker | undefined
  #due = false
  /** Whether an event came while nobody waited, for example between two steps of an Effect. */
  #missed = false
  #failure: ZerowireError | undefined
  #closed = false

  /**
   * Listens at `point`.
   *
   * @throws {ZerowireError} ListenFailed, PermissionDenied
   */
  constructor(stack: Stack, point: ListeningPoint) {
    const { kernel, reactor } = stack
    const fd = point.open(kernel)
    const n = inTurn([() => fd, () => prepared(reactor), () => reactor.add(fd, this)])
    if (n < 0) {
      if (fd >= 0) point.close(kernel, fd)
      throw new ZerowireError(new ListenFailed(point.name, -n, "listen", point.kind))
    }
    this.#stack = stack
    this.#point = point
    this.#fd = fd
    this.#pause = new AcceptPause(stack, () => this.#wake())
    this.#addr = point.address(kernel, fd)
    this.history = acceptedAt(this.#addr)
  }

  /** The address that it listens on. */
  get addr(): NetAddress {
    return this.#addr
  }

  /** Succeeds when it listens, which is at once on Linux. Otherwise, and if interrupted, it is closed. */
  get ready(): Effect.Effect<void, ZerowireError> {
    const { kernel } = this.#stack
    const { name, kind } = this.#point
    const outcome = kernel.listening(this.#fd)
    if (outcome === undefined) return Effect.void
    return Effect.flatMap(Effect.promise(() => outcome), (n) => {
      if (n < 0) return Effect.fail(new ZerowireError(new ListenFailed(name, -n, "listen", kind)))
      this.#addr = this.#point.address(kernel, this.#fd)
      return Effect.void
    }).pipe(Effect.onExit((exit) => Effect.sync(() => exit._tag === "Success" || this.close())))
  }

  /**
   * Succeeds with the file descriptor of the next connection. If the caller lets only `restore` be
   * interrupted, interruption can only end the wait: every accepted connection reaches the caller.
   *
   * If there is no room for another socket, connections wait, and `tell` runs once.
   */
  accept(restore: Restore, tell: TellPause): Effect.Effect<number, ZerowireError> {
    const step: Effect.Effect<number, ZerowireError> = Effect.suspend(() => {
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      const n = this.#pause.underWay ? -errno.EAGAIN : this.#acceptNow()
      if (n >= 0) return Effect.succeed(n)
      if (n === -errno.EAGAIN) return Effect.andThen(restore(this.#untilReady), step)
      const failure = this.#refusal(-n)
      if (!roomErrors.has(-n) && !connectionErrors.has(-n)) return Effect.fail(failure)
      return this.#pause.begin() ? Effect.andThen(tell(failure), step) : step
    })
    return step
  }

  /** A connection that has come already, unless others wait for it: its file descriptor. */
  take(): number | undefined {
    if (this.#failure !== undefined || this.#pause.underWay || this.#waiting.length > 0) {
      return undefined
    }
    const n = this.#acceptNow()
    return n >= 0 ? n : undefined
  }

  /** Gives every connection to `taker` from now on. */
  deliverTo(taker: Taker): void {
    this.#taker = taker
    this.#applyInterest()
    this.#takeSoon()
  }

  /** Takes what has come. In a storm of connections, those that are open have their turn now and then. */
  #takeAll(taker: Taker): void {
    for (let taken = 0; !this.#closed && !this.#pause.underWay; taken++) {
      if (taken === batch) return this.#takeSoon()
      const n = this.#acceptNow()
      if (n === -errno.EAGAIN) return
      if (n >= 0) taker.accepted(n)
      else if (roomErrors.has(-n) || connectionErrors.has(-n)) {
        if (this.#pause.begin()) taker.waiting(this.#refusal(-n))
      } else return taker.failed(this.#refusal(-n))
    }
  }

  #takeSoon(): void {
    if (this.#due) return
    this.#due = true
    this.#stack.reactor.turnEnd.run(() => {
      this.#due = false
      if (this.#taker !== undefined) this.#takeAll(this.#taker)
    })
  }

  #refusal(number: number): ZerowireError {
    return new ZerowireError(new ListenFailed(formatAddr(this.addr), number, "accept"))
  }

  readonly #untilReady: Effect.Effect<void, ZerowireError> = Effect.callback((resume) => {
    if (this.#missed) {
      this.#missed = false
      return resume(Effect.void)
    }
    this.#waiting.push(resume)
    this.#applyInterest()
    return Effect.sync(() => {
      const at = this.#waiting.indexOf(resume)
      if (at >= 0) this.#waiting.splice(at, 1)
      this.#applyInterest()
    })
  })

  /** Sets whether waiting for a connection keeps the process alive. */
  reference(keepAlive: boolean): void {
    this.#referenced = keepAlive
    this.#applyInterest()
  }

  onReady(): void {
    // A pause ends by itself, and then all connections that came in the meantime are taken.
    if (!this.#pause.underWay) this.#wake()
  }

  onFailure(failure: Error): void {
    const error = new ZerowireError(new WaitFailed(failure.message), failure)
    this.#end(error)
    this.#taker?.failed(error)
  }

  /** Stops listening. The kernel refuses connections in the backlog. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#taker = undefined
    this.#end(new ZerowireError(new SocketClosed("accept")))
    this.#stack.reactor.remove(this.#fd)
    this.#stack.reactor.rest()
    this.#point.close(this.#stack.kernel, this.#fd)
    this.#stack.descriptors.note()
  }

  /** The file descriptor of the next connection, or `-errno`. */
  #acceptNow(): number {
    this.#missed = false
    for (let lost = 0;;) {
      const n = this.#stack.kernel.accept(this.#fd)
      if (n >= 0) this.#pause.succeeded()
      if (n === -errno.EINTR) continue
      // The next connection may be fine. But a connection that stays in the backlog would fail again for
      // ever.
      if (connectionErrors.has(-n) && ++lost < mostLost) continue
      return n
    }
  }

  #wake(): void {
    if (this.#taker !== undefined) return this.#takeAll(this.#taker)
    this.#missed = this.#waiting.length === 0
    // Wakes all of them: each takes a connection if one is left, and otherwise waits again.
    for (const resume of this.#waiting.splice(0)) resume(Effect.void)
    this.#applyInterest()
  }

  #end(failure: ZerowireError): void {
    this.#failure = failure
    this.#pause.end()
    for (const resume of this.#waiting.splice(0)) resume(Effect.fail(failure))
    this.#applyInterest()
  }

  #applyInterest(): void {
    // The number of a closed file descriptor may already belong to another socket.
    if (this.#closed) return
    const waiting = this.#waiting.length > 0 || this.#taker !== undefined
    this.#stack.reactor.want(this.#fd, waiting ? this.#referenced ? "wait" : "watch" : "none")
  }
}

/**
 * A listener that runs out of file descriptors must still be able to wait, and an epoll instance needs
 * some.
 */
function prepared(reactor: Reactor): number {
  try {
    reactor.prepare()
    return 0
  } catch {
    return -errno.EMFILE
  }
}

/** Connections to take before others get a turn. */
const mostLost = 100
/** The same for connections that are accepted. */
const batch = 64
