import * as Effect from "effect/Effect"
import { mark } from "../../argument/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import type { NetAddress } from "../address.ts"
import { toRest } from "../connection/to_rest.ts"
import { notConstructed } from "../given_socket.ts"
import { Acceptor } from "../open/accept.ts"
import { adopt } from "../open/adopt.ts"
import { warnOfPause } from "../open/accept_pause.ts"
import type { ResolvedOptions } from "../options.ts"
import { ListenerEnd } from "../serve/listener_end.ts"
import type { ShutdownOptions, ShutdownReport } from "../serve/shutdown_options.ts"
import { begin, type Direct, DirectSocket } from "./direct_socket.ts"
import { uncaught } from "./uncaught.ts"

/**
 * Accepts connections and calls the handlers that `listen` got. When the process or the machine has no
 * room for another socket, connections wait in the backlog, as with a Listener.
 */
export class DirectListener<Data = undefined> implements AsyncDisposable {
  /** The address it listens on, with the actual port if 0 was asked for. */
  readonly addr: NetAddress
  readonly #stack: Stack
  readonly #acceptor: Acceptor
  readonly #end = new ListenerEnd<DirectSocket<Data>>()

  static {
    mark(this, "DirectListener")
  }

  /** @internal Made by `listen`. */
  constructor(stack: Stack, acceptor: Acceptor, options: ResolvedOptions, direct: Direct<Data>) {
    if (!(acceptor instanceof Acceptor)) throw notConstructed("DirectListener")
    this.#stack = stack
    this.#acceptor = acceptor
    this.addr = acceptor.addr
    acceptor.deliverTo({
      accepted: (fd) => {
        const connection = adopt(stack, fd, options, acceptor.history)
        const socket = new DirectSocket(connection, options, direct)
        // The kernel's events keep it until it is closed, so there is nothing to hold weakly.
        this.#end.open.add(connection, { deref: () => socket })
        begin(socket)
      },
      waiting: warnOfPause,
      failed: uncaught,
    })
  }

  /** The accepted sockets whose connections are open. */
  get connections(): readonly DirectSocket<Data>[] {
    return this.#end.open.sockets
  }

  /** Aborts when `shutdown` begins. Handlers can end their sockets after the present request. */
  get stopping(): AbortSignal {
    return this.#end.stopping
  }

  /**
   * Stops listening, and waits until the accepted sockets are closed. When `deadline` is over, resets the
   * connections that are left: their handler `close` is called with an error. Resolves with how many
   * connections ended by themselves, and how many were reset. Connections in the backlog, which were not
   * accepted yet, are refused, unless another process has the socket, too.
   *
   * Waiting keeps the process alive. A second call may have an earlier deadline.
   *
   * @throws {TypeError} for unknown options, and for values out of range.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<ShutdownReport> {
    const ending = toRest(this.#stack, this.#end.begin(options, () => this.close()))
    return await Effect.runPromiseWith(this.#stack.services)(ending)
  }

  /** Stops listening. Accepted sockets stay open. */
  close(): void {
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

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.#stack.reactor.resting
  }
}
