import { mark } from "../../argument/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { type NetAddress, toNetAddress } from "../address.ts"
import { wasAccepted } from "../connection/connection.ts"
import { notConstructed } from "../given_socket.ts"
import { Acceptor } from "../open/accept.ts"
import { adopt } from "../open/adopt.ts"
import { warnOfPause } from "../open/accept_pause.ts"
import type { ResolvedOptions } from "../options.ts"
import { begin, type Direct, DirectSocket } from "./direct_socket.ts"
import { uncaught } from "./uncaught.ts"

/**
 * Accepts connections and calls the handlers that `listen` got. When the process or the machine has no
 * room for another socket, connections wait in the backlog, as with a Listener.
 */
export class DirectListener implements AsyncDisposable {
  /** The address it listens on, with the actual port if 0 was asked for. */
  readonly addr: NetAddress
  readonly #stack: Stack
  readonly #acceptor: Acceptor

  static {
    mark(this, "DirectListener")
  }

  /** @internal Made by `listen`. */
  constructor(stack: Stack, acceptor: Acceptor, options: ResolvedOptions, direct: Direct<unknown>) {
    if (!(acceptor instanceof Acceptor)) throw notConstructed("DirectListener")
    this.#stack = stack
    this.#acceptor = acceptor
    this.addr = toNetAddress(acceptor.address)
    acceptor.deliverTo({
      accepted(fd) {
        begin(new DirectSocket(adopt(stack, fd, options, wasAccepted), options, direct))
      },
      waiting: warnOfPause,
      failed: uncaught,
    })
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
