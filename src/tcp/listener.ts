import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { mark } from "../argument/mod.ts"
import type { ZerowireError } from "../error/mod.ts"
import type { Stack } from "../stack/mod.ts"
import { type NetAddress, toNetAddress } from "./address.ts"
import { notConstructed } from "./given_socket.ts"
import { Acceptor, type TellPause } from "./open/accept.ts"
import { wasAccepted } from "./connection/connection.ts"
import { adopt } from "./open/adopt.ts"
import type { Restore } from "./open/restore.ts"
import type { ResolvedOptions } from "./options.ts"
import { Socket } from "./socket.ts"

/**
 * The next connection of a listener. Where nothing but `restore` can be interrupted, it ends the waiting,
 * and no connection is lost. When there is no room for one, `tell` is run; see `Acceptor.accept`.
 */
export let acceptFrom: (
  listener: Listener,
  restore: Restore,
  tell: TellPause,
) => Effect.Effect<Socket, ZerowireError>

/**
 * Sockets that peers connect to: an async iterable, ended by `close()`.
 *
 * When the process or the machine has no room for another socket (EMFILE, ENFILE, ENOBUFS, ENOMEM),
 * connections wait in the backlog and accepting goes on when there is room again. A warning on the
 * console says so, once for as long as that goes on. What fails because of one connection alone, which
 * its peer has given up, say, is passed over.
 */
export class Listener implements AsyncIterable<Socket>, AsyncDisposable {
  /** Where it listens; the port is the one that was taken. */
  readonly addr: NetAddress
  readonly #stack: Stack
  readonly #acceptor: Acceptor
  readonly #options: ResolvedOptions
  #closed = false

  static {
    acceptFrom = (listener, restore, tell) =>
      Effect.map(
        listener.#acceptor.accept(restore, tell),
        (fd) =>
          new Socket(
            adopt(listener.#stack, fd, listener.#options, wasAccepted),
            listener.#options,
          ),
      )
    mark(this, "Listener")
  }

  /** @internal Made by `listen`. */
  constructor(stack: Stack, acceptor: Acceptor, options: ResolvedOptions) {
    if (!(acceptor instanceof Acceptor)) throw notConstructed("Listener")
    this.#stack = stack
    this.#acceptor = acceptor
    this.#options = options
    this.addr = toNetAddress(acceptor.address)
  }

  /**
   * The next connection.
   *
   * @throws {ZerowireError} SocketClosed; ListenFailed when the kernel cannot accept on it at all.
   */
  accept(): Promise<Socket> {
    return Effect.runPromiseWith(this.#stack.services)(acceptFrom(this, identity, warn))
  }

  /** Stops listening. Sockets that were accepted live on. */
  close(): void {
    this.#closed = true
    this.#acceptor.close()
  }

  /** Waiting for a connection keeps the process alive; so it is from the start. */
  ref(): void {
    this.#acceptor.reference(true)
  }

  /** Waiting for a connection does not keep the process alive. */
  unref(): void {
    this.#acceptor.reference(false)
  }

  /**
   * The connections, until the listener is closed. Whoever leaves the loop, by `break`, `return` or an
   * error, closes the listener, as with that of `Deno.listen`; call `accept` where it should live on.
   *
   * @throws {ZerowireError} ListenFailed when the kernel cannot accept on it at all.
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
}

const warn: TellPause = (failure) =>
  Effect.sync(() =>
    // deno-lint-ignore no-console -- peers wait, and nobody else can say why
    console.warn(`zerowire: connections wait. ${failure.message}`)
  )
