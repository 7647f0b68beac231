import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { mark } from "../argument/mod.ts"
import type { ZerowireError } from "../error/mod.ts"
import type { Stack } from "../stack/mod.ts"
import type { NetAddress } from "./address.ts"
import { notConstructed } from "./given_socket.ts"
import { Acceptor, type TellPause } from "./open/accept.ts"
import { toRest } from "./connection/to_rest.ts"
import { warnOfPause } from "./open/accept_pause.ts"
import { adopt } from "./open/adopt.ts"
import type { Restore } from "./open/restore.ts"
import type { ResolvedOptions } from "./options.ts"
import { ListenerEnd } from "./serve/listener_end.ts"
import type { OpenSockets } from "./serve/open_sockets.ts"
import type { ShutdownOptions, ShutdownReport } from "./serve/shutdown_options.ts"
import { Socket } from "./socket.ts"

/**
 * The next connection of a listener. If the caller lets only `restore` be interrupted, interruption ends
 * the wait and loses no connection. `tell` runs when there is no room for another connection; see
 * `Acceptor.accept`.
 */
export let acceptFrom: (
  listener: Listener,
  restore: Restore,
  tell: TellPause,
) => Effect.Effect<Socket, ZerowireError>

/** Gives all connections of a listener to `taker` from now on, and refuses `accept`. */
export let handOver: (listener: Listener, taker: SocketTaker) => void

/** Gets all connections of a listener, as they come. */
export interface SocketTaker {
  accepted(socket: Socket): void
  /** Connections wait because of `failure`. */
  waiting(failure: ZerowireError): void
  /** No connection can be accepted any more. It is not called when the listener is closed. */
  failed(failure: ZerowireError): void
}

/** What is open of a listener. */
export let openOf: (listener: Listener) => OpenSockets<Socket>

/**
 * `Listener.shutdown` as an Effect.
 *
 * @throws {TypeError} for unknown options, and for values out of range.
 */
export let shutDown: (
  listener: Listener,
  options: ShutdownOptions,
) => Effect.Effect<ShutdownReport>

/** Succeeds when the shutdown of a listener has ended; at once if there is none under way. */
export let untilShutDown: (listener: Listener) => Effect.Effect<void>

/**
 * Accepts connections: an async iterable of sockets that `close()` ends.
 *
 * When the process or the machine has no room for another socket (EMFILE, ENFILE, ENOBUFS, ENOMEM),
 * connections wait in the backlog until there is room again, and the console shows one warning. Errors of
 * a single connection, for example one that its peer has already given up, are skipped.
 */
export class Listener implements AsyncIterable<Socket>, AsyncDisposable {
  /** The address it listens on, with the actual port if 0 was asked for. */
  readonly addr: NetAddress
  readonly #stack: Stack
  readonly #acceptor: Acceptor
  readonly #options: ResolvedOptions
  readonly #end = new ListenerEnd<Socket>()
  #handedOver = false
  #closed = false

  static {
    acceptFrom = (listener, restore, tell) =>
      Effect.map(listener.#acceptor.accept(restore, tell), (fd) => listener.#opened(fd))
    handOver = (listener, taker) => {
      listener.#handedOver = true
      listener.#acceptor.deliverTo({
        accepted: (fd) => taker.accepted(listener.#opened(fd)),
        waiting: (failure) => taker.waiting(failure),
        failed: (failure) => taker.failed(failure),
      })
    }
    openOf = (listener) => listener.#end.open
    shutDown = (listener, options) => listener.#end.begin(options, () => listener.close())
    untilShutDown = (listener) => listener.#end.done
    mark(this, "Listener")
  }

  /** @internal Made by `listen`. */
  constructor(stack: Stack, acceptor: Acceptor, options: ResolvedOptions) {
    if (!(acceptor instanceof Acceptor)) throw notConstructed("Listener")
    this.#stack = stack
    this.#acceptor = acceptor
    this.#options = options
    this.addr = acceptor.addr
  }

  /**
   * The next connection.
   *
   * @throws {ZerowireError} SocketClosed; ListenFailed if the kernel cannot accept connections at all.
   */
  accept(): Promise<Socket> {
    if (this.#handedOver) {
      return Promise.reject(
        new TypeError(
          "Cannot accept: the handler that was passed to listen() gets all connections",
        ),
      )
    }
    const fd = this.#acceptor.take()
    if (fd !== undefined) return Promise.resolve(this.#opened(fd))
    return Effect.runPromiseWith(this.#stack.services)(acceptFrom(this, identity, warn))
  }

  /** The accepted sockets whose connections are open. */
  get connections(): readonly Socket[] {
    return this.#end.open.sockets
  }

  /**
   * Aborts when `shutdown` begins. A handler that serves one request after the other can end after the
   * present one.
   */
  get stopping(): AbortSignal {
    return this.#end.stopping
  }

  /**
   * Stops listening, and waits until the accepted sockets are closed and the handlers have returned. When
   * `deadline` is over, resets the connections that are left: what uses them fails with Aborted. Resolves
   * with how many connections ended by themselves, and how many were reset. Connections in the backlog,
   * which were not accepted yet, are refused, unless another process has the socket, too.
   *
   * Waiting keeps the process alive. A second call may have an earlier deadline.
   *
   * @throws {TypeError} for unknown options, and for values out of range.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<ShutdownReport> {
    const ending = toRest(this.#stack, shutDown(this, options))
    return await Effect.runPromiseWith(this.#stack.services)(ending)
  }

  /** Stops listening. Accepted sockets stay open. */
  close(): void {
    this.#closed = true
    this.#acceptor.close()
  }

  /** Waiting for a connection keeps the process alive. This is the default. */
  ref(): void {
    this.#acceptor.reference(true)
  }

  /** Waiting for a connection does not keep the process alive. */
  unref(): void {
    this.#acceptor.reference(false)
  }

  /**
   * The connections, until the listener is closed. Leaving the loop by `break`, `return` or an error
   * closes the listener, as with `Deno.listen`. Call `accept` to keep it open.
   *
   * @throws {ZerowireError} ListenFailed if the kernel cannot accept connections at all.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Socket, undefined> {
    const end = { done: true, value: undefined } as const
    return {
      next: async () => {
        if (this.#closed) return end
        try {
          return { done: false, value: await this.accept() }
        } catch (error) {
          if (this.#closed) return end
          throw error
        }
      },
      return: () => {
        this.close()
        return Promise.resolve(end)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.#stack.reactor.resting
  }

  #opened(fd: number): Socket {
    const connection = adopt(this.#stack, fd, this.#options, this.#acceptor.history)
    const socket = new Socket(connection, this.#options)
    this.#end.open.add(connection, new WeakRef(socket))
    return socket
  }
}

const warn: TellPause = (failure) => Effect.sync(() => warnOfPause(failure))
