import * as Effect from "effect/Effect"
import { atLeast } from "../../argument/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { Connection } from "../connection/connection.ts"
import { closeWhenDropped } from "../connection/dropped.ts"
import { reset, resetNow } from "../connection/teardown.ts"
import { notConstructed } from "../given_socket.ts"
import type { ResolvedOptions } from "../options.ts"
import { checkChunk } from "../send/ownership.ts"
import { Socket } from "../socket.ts"
import { Calling, type Events } from "./calling.ts"
import { Delivery } from "./delivery.ts"
import { Ending } from "./ending.ts"
import { whenIdle } from "./idle.ts"
import { Line } from "./line.ts"

/**
 * What a program does when something happens to a socket, in the shape of `Bun.listen`. One object serves
 * all connections of a listener. The handlers run without a promise in between. If one returns a promise
 * that rejects, or throws, `error` gets the reason; without an `error` handler the connection is reset, and
 * the reason is an uncaught exception.
 */
export interface SocketHandlers<Data = undefined> {
  /** The connection is established. */
  open?(socket: DirectSocket<Data>): void | Promise<void>
  /**
   * Bytes have arrived. They are valid until this returns, because all connections share one buffer: copy
   * what you need later, ask for it with `socket.keep()`, or give the rest back with `socket.unread()`.
   */
  data(socket: DirectSocket<Data>, bytes: Uint8Array<ArrayBuffer>): void | Promise<void>
  /** There is room again, after a `write` that took less than it was given. */
  drain?(socket: DirectSocket<Data>): void | Promise<void>
  /**
   * The peer will send nothing more (its FIN has come). Unless the option `allowHalfOpen` is set,
   * `socket.end()` is called when this returns.
   */
  end?(socket: DirectSocket<Data>): void | Promise<void>
  /**
   * The connection is closed, and its memory has come back. `error` says why if it was lost. This is the
   * last call for a socket, unless a handler that was called before throws or rejects after it: `error`
   * gets the reason even then.
   */
  close?(socket: DirectSocket<Data>, error?: ZerowireError): void | Promise<void>
  /** The connection was lost (a ZerowireError; `close` follows), or a handler has thrown. */
  error?(socket: DirectSocket<Data>, error: unknown): void | Promise<void>
  /** Nothing has moved for as long as `socket.timeout()` says. Without this handler the socket is reset. */
  timeout?(socket: DirectSocket<Data>): void | Promise<void>
}

/** What the sockets of one listener, or of one call of `connect`, have in common. */
export interface Direct<Data> {
  readonly handlers: SocketHandlers<Data>
  readonly allowHalfOpen: boolean
  readonly data: Data
}

/** Begins to call the handlers of a new socket. */
export let begin: <Data>(socket: DirectSocket<Data>) => void

// deno-lint-ignore no-explicit-any -- one object for sockets with data of every type
let events: Events<DirectSocket<any>>

/**
 * A connected TCP socket whose bytes go to handlers, in the shape of `Bun.Socket`. Everything that a Socket
 * has works on it, too, in the order of the calls: `sendFile`, `send(lease)`, `sendFrom`, `writable`. From
 * the first use of `readable` on, its stream gets what arrives, and the handlers `data` and `end` nothing.
 *
 * The socket stays open, and keeps the process alive, until it is ended, whether the program holds it or not.
 */
export class DirectSocket<Data = undefined> extends Socket {
  /** Whatever the program wants to keep with the connection. At first what the option `data` says. */
  data: Data
  readonly #connection: Connection
  readonly #options: ResolvedOptions
  readonly #handlers: SocketHandlers<Data>
  readonly #allowHalfOpen: boolean
  readonly #delivery: Delivery
  readonly #calling: Calling<DirectSocket<Data>>
  // Created when they are needed, which for most sockets is once or never.
  #lineOf: Line | undefined
  #endingOf: Ending | undefined
  #streaming = false
  #failed = false
  #stopIdle: (() => void) | undefined

  static {
    begin = (socket) => socket.#begin()
    events = {
      ended: (socket) => socket.#ended(),
      lost: (socket, failure) => socket.#lost(failure),
      giveUp: (socket) => socket.terminate(),
    }
  }

  /** @internal Made by `connect` and `listen`. */
  constructor(connection: Connection, options: ResolvedOptions, direct: Direct<Data>) {
    if (!(connection instanceof Connection)) throw notConstructed("DirectSocket")
    super(connection, options, true)
    const { handlers } = direct
    this.#connection = connection
    this.#options = options
    this.#handlers = handlers
    this.#allowHalfOpen = direct.allowHalfOpen
    this.data = direct.data
    this.#calling = new Calling<DirectSocket<Data>>(connection, this, handlers, events)
    this.#delivery = new Delivery(connection, this.#calling)
  }

  /**
   * Sends bytes, after everything from earlier calls. Returns how many were taken: all, or fewer if the
   * peer takes nothing and enough is queued. Try the rest again when `drain` is called. The memory stays
   * yours and may change when this returns.
   *
   * What a handler writes leaves together when the handler returns; everything else that is written in
   * one turn of the event loop leaves at its end. Bytes leave earlier once there are many.
   *
   * @throws {TypeError} if it is not a Uint8Array, and during a `pipeTo` into `writable`.
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  write(bytes: Uint8Array): number {
    const connection = this.#connection
    if (!connection.mayQueue) return this.#line.write(bytes)
    const taken = connection.packer.take(bytes, true)
    if (taken < bytes.byteLength) this.#line.wantRoom()
    return taken
  }

  /**
   * The bytes of the `data` call under way, to be used after it. Fewer than 16 KiB are copied. More keep
   * their place, and the next connection gets another buffer.
   *
   * @throws {TypeError} outside of `data`.
   */
  keep(): Uint8Array<ArrayBuffer> {
    const bytes = this.#delivery.keep()
    if (bytes !== undefined) return bytes
    throw new TypeError("Cannot keep bytes: no call of the handler `data` is under way")
  }

  /**
   * Gives received bytes back, for example the beginning of a message. A copy of them comes again, in one
   * array with the bytes that arrive next, or first of all from `readable`. If the peer ends instead, they
   * do not come again: `end` is called.
   *
   * @throws {TypeError} if it is not a Uint8Array.
   */
  unread(bytes: Uint8Array): void {
    const rest = checkChunk(bytes)
    if (rest.byteLength > 0) this.#connection.receiver.bytes.putBack(rest)
  }

  /**
   * `data` and `end` are not called until `resume`. The kernel keeps what arrives, and the peer waits once
   * its buffer is full. The end of the connection is not noticed in the meantime, unless something is sent.
   */
  pause(): void {
    if (!this.#streaming) this.#connection.receiver.pause()
  }

  /** Ends a `pause`. */
  resume(): void {
    if (this.#streaming) return
    this.#connection.receiver.resume()
    this.#delivery.readSoon()
  }

  /**
   * Sends `bytes`, all of them, and then a FIN, after everything from earlier calls. The peer can go on
   * sending. When it has ended, too, the connection closes by itself.
   *
   * @throws {TypeError} if it is not a Uint8Array, and during a `pipeTo` into `writable`.
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.#line.writeAll(bytes)
    this.#lineOf?.end()
    this.#ending.begin()
  }

  /** Resets the connection, as `abort` does, without a promise. */
  terminate(): void {
    const connection = this.#connection
    if (!resetNow(connection)) Effect.runForkWith(connection.stack.services)(reset(connection))
  }

  /**
   * Calls the handler `timeout` when nothing was received and nothing accepted for so many seconds, or up
   * to a quarter longer, and again after as long. 0 ends that.
   *
   * @throws {TypeError} if it is not a finite number, 0 or more.
   */
  timeout(seconds: number): void {
    const limit = atLeast("timeout", seconds, 0)
    this.#stopIdle?.()
    this.#stopIdle = undefined
    if (limit === 0 || this.#connection.state === "closed") return
    const { receiver, queue, stack } = this.#connection
    const moved = () => receiver.arrivedBytes + queue.acceptedBytes
    this.#stopIdle = whenIdle(stack, limit * 1000, moved, () => this.#idle())
  }

  /**
   * What the peer sends, from now on: the first use ends the calls of `data` and `end`. Bytes that were
   * given back by `unread` come first. Close the socket when you are done with it.
   */
  override get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!this.#streaming) this.#toStream()
    return super.readable
  }

  #begin(): void {
    const connection = this.#connection
    connection.onClosed(this.#closed)
    connection.queue.onFailure((failure) => this.#lost(failure))
    this.#call(this.#handlers.open)
    if (connection.state !== "open" || this.#streaming) return
    connection.receiver.deliverTo(this.#delivery)
  }

  #ended(): void {
    this.#call(this.#handlers.end)
    if (this.#connection.state !== "open" || this.#streaming) return
    if (!this.#allowHalfOpen) {
      this.#lineOf?.end()
      this.#ending.begin()
    }
    this.#ending.check()
  }

  #lost(failure: ZerowireError): void {
    if (this.#failed) return
    this.#failed = true
    this.#lineOf?.end()
    // Whoever aborts the connection resets it.
    if (failure.reason._tag === "Aborted") return
    this.#call(this.#handlers.error, failure)
    this.terminate()
  }

  #toStream(): void {
    this.#streaming = true
    this.#ending.manual = true
    this.#delivery.stop()
    this.#connection.receiver.deliverTo(undefined)
    // Nothing but the program holds it now.
    closeWhenDropped(this, this.#connection, this.#options.closeTimeout)
  }

  readonly #closed = (): void => {
    this.#stopIdle?.()
    const { failure } = this.#connection.queue
    const ours = failure?.reason._tag === "Aborted" && failure.cause === undefined
    this.#call(this.#handlers.close, ours ? undefined : failure)
  }

  #idle(): void {
    const { timeout } = this.#handlers
    if (timeout === undefined) this.terminate()
    else this.#call(timeout)
  }

  #call<A>(
    handler: ((socket: DirectSocket<Data>, argument: A) => void | Promise<void>) | undefined,
    argument: A,
  ): void
  #call(handler: ((socket: DirectSocket<Data>) => void | Promise<void>) | undefined): void
  #call<A>(
    handler: ((socket: DirectSocket<Data>, argument: A) => void | Promise<void>) | undefined,
    argument?: A,
  ): void {
    if (handler === undefined) return
    this.#calling.call(handler, argument as A)
  }

  get #line(): Line {
    return this.#lineOf ??= new Line(this.#connection, () => this.#call(this.#handlers.drain))
  }

  get #ending(): Ending {
    return this.#endingOf ??= new Ending(this.#connection, () => this.close())
  }
}
