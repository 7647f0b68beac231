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
 * The next connection of a listener. If the caller lets only `restore` be interrupted, interruption ends
 * the wait and loses no connection. `tell` runs when there is no room for another connection; see
 * `Acceptor.accept`.
 */
export let acceptFrom: (
  listener: Listener,
  restore: Restore,
  tell: TellPause,
) => Effect.Effect<Socket, ZerowireError>

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
   * @throws {ZerowireError} SocketClosed; ListenFailed if the kernel cannot accept connections at all.
   */
  accept(): Promise<Socket> {
    return Effect.runPromiseWith(this.#stack.services)(acceptFrom(this, identity, warn))
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
}

const warn: TellPause = (failure) =>
  Effect.sync(() =>
    // deno-lint-ignore no-console -- peers wait, and nothing else says why
    console.warn(`zerowire: new connections must wait. ${failure.message}`)
  )
