import type { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import type { Recipient } from "./delivery.ts"
import { uncaught } from "./uncaught.ts"

type Answer = void | Promise<void>

/** The handlers that are called for other reasons than the program's. */
interface Handlers<Socket> {
  data(socket: Socket, bytes: Uint8Array<ArrayBuffer>): Answer
  error?(socket: Socket, error: unknown): Answer
}

/** What happens to a socket besides. One object serves all sockets. */
export interface Events<Socket> {
  /** The peer's FIN has come. */
  ended(socket: Socket): void
  /** The connection is lost. */
  lost(socket: Socket, failure: ZerowireError): void
  /** A handler has thrown, and nobody wants to know. */
  giveUp(socket: Socket): void
}

/** Calls handlers: what one writes leaves together, and what one throws goes to `error`. */
export class Calling<Socket> implements Recipient {
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #handlers: Handlers<Socket>
  readonly #events: Events<Socket>

  constructor(
    connection: Connection,
    socket: Socket,
    handlers: Handlers<Socket>,
    events: Events<Socket>,
  ) {
    this.#connection = connection
    this.#socket = socket
    this.#handlers = handlers
    this.#events = events
  }

  received(bytes: Uint8Array<ArrayBuffer>): void {
    this.call(this.#handlers.data, bytes)
  }

  ended(): void {
    this.#events.ended(this.#socket)
  }

  failed(failure: ZerowireError): void {
    this.#events.lost(this.#socket, failure)
  }

  /** Calls `handler`. Nothing is allocated unless it returns a promise. */
  call<A>(handler: (socket: Socket, argument: A) => Answer, argument: A): void {
    const { packer, queue } = this.#connection
    packer.corked = true
    try {
      const answer = handler.call(this.#handlers, this.#socket, argument)
      if (isPromise(answer)) answer.then(undefined, (reason) => this.#thrown(reason))
    } catch (thrown) {
      this.#thrown(thrown)
    }
    packer.corked = false
    if (packer.gatheredBytes > 0 || !queue.clear) this.#connection.sendNow()
  }

  #thrown(reason: unknown): void {
    const { error } = this.#handlers
    if (error === undefined) return this.#fail(reason)
    try {
      const answer = error.call(this.#handlers, this.#socket, reason)
      if (isPromise(answer)) answer.then(undefined, (second) => this.#fail(second))
    } catch (second) {
      this.#fail(second)
    }
  }

  #fail(reason: unknown): void {
    uncaught(reason)
    this.#events.giveUp(this.#socket)
  }
}

/** A handler may return anything, such as what an arrow function without braces happens to compute. */
const isPromise = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof (answer as PromiseLike<unknown> | null | undefined)?.then === "function"
