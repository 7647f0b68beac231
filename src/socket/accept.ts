import * as Effect from "effect/Effect"
import { ListenFailed, SocketClosed, WaitFailed, ZerowireError } from "../error.ts"
import { errno, type InetAddress } from "../kernel.ts"
import type { Handler } from "../reactor.ts"
import { formatAddress, permitFound } from "./address.ts"
import type { Engine } from "./engine.ts"
import type { Restore } from "./restore.ts"

export interface AcceptorOptions {
  readonly backlog: number
  readonly reusePort: boolean
}

/** A listening TCP socket. */
export class Acceptor implements Handler {
  readonly address: InetAddress
  readonly #engine: Engine
  readonly #fd: number
  readonly #waiting: ((effect: Effect.Effect<void, ZerowireError>) => void)[] = []
  #referenced = true
  #failure: ZerowireError | undefined
  #closed = false

  /**
   * Listens on `address`; port 0 takes any that is free.
   *
   * @throws {ZerowireError} ListenFailed, PermissionDenied
   */
  constructor(engine: Engine, address: InetAddress, { backlog, reusePort }: AcceptorOptions) {
    permitFound(engine, address)
    const { kernel, reactor } = engine
    const fd = kernel.socket(address.family)
    const steps: (() => number)[] = [
      () => fd,
      () => kernel.setOption(fd, "SO_REUSEADDR", 1),
      () => reusePort ? kernel.setOption(fd, "SO_REUSEPORT", 1) : 0,
      () => kernel.bind(fd, address),
      () => kernel.listen(fd, backlog),
      () => reactor.add(fd, this),
    ]
    for (const step of steps) {
      const n = step()
      if (n >= 0) continue
      if (fd >= 0) kernel.close(fd)
      throw new ZerowireError(new ListenFailed(formatAddress(address), -n))
    }
    this.#engine = engine
    this.#fd = fd
    this.address = kernel.localAddress(fd) ?? address
  }

  /**
   * Succeeds with the file descriptor of the next connection. Where nothing but `restore` can be
   * interrupted, that is the waiting alone: no connection is accepted that nobody gets.
   */
  accept(restore: Restore): Effect.Effect<number, ZerowireError> {
    const step: Effect.Effect<number, ZerowireError> = Effect.suspend(() => {
      if (this.#failure !== undefined) return Effect.fail(this.#failure)
      return this.#acceptNow() ?? Effect.andThen(restore(this.#untilReady), step)
    })
    return step
  }

  readonly #untilReady: Effect.Effect<void, ZerowireError> = Effect.callback((resume) => {
    this.#waiting.push(resume)
    this.#applyInterest()
    return Effect.sync(() => {
      const at = this.#waiting.indexOf(resume)
      if (at >= 0) this.#waiting.splice(at, 1)
      this.#applyInterest()
    })
  })

  /** Says whether waiting for a connection keeps the process alive. */
  reference(keepAlive: boolean): void {
    this.#referenced = keepAlive
    this.#applyInterest()
  }

  onReady(): void {
    // All of them: each takes what is there when its turn comes, and waits again if nothing is.
    for (const resume of this.#waiting.splice(0)) resume(Effect.void)
    this.#applyInterest()
  }

  onFailure(failure: Error): void {
    this.#end(new ZerowireError(new WaitFailed(failure.message), failure))
  }

  /** Stops listening. Connections in the backlog are refused by the kernel. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#end(new ZerowireError(new SocketClosed("accept")))
    this.#engine.reactor.remove(this.#fd)
    this.#engine.kernel.close(this.#fd)
  }

  #acceptNow(): Effect.Effect<number, ZerowireError> | undefined {
    for (;;) {
      const n = this.#engine.kernel.accept(this.#fd)
      if (n >= 0) return Effect.succeed(n)
      if (n === -errno.EAGAIN) return undefined
      // The peer gave up while it stood in the backlog (accept(2), ECONNABORTED): take the next one.
      if (n === -errno.ECONNABORTED || n === -errno.EINTR || n === -errno.EPROTO) continue
      return Effect.fail(new ZerowireError(new ListenFailed(formatAddress(this.address), -n)))
    }
  }

  #end(failure: ZerowireError): void {
    this.#failure = failure
    for (const resume of this.#waiting.splice(0)) resume(Effect.fail(failure))
    this.#applyInterest()
  }

  #applyInterest(): void {
    // The number of a closed file descriptor may be another socket's by now.
    if (this.#closed) return
    const waiting = this.#waiting.length > 0
    this.#engine.reactor.want(this.#fd, waiting ? this.#referenced ? "wait" : "watch" : "none")
  }
}
