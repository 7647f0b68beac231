import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error/mod.ts"
import {
  ChunkWriter,
  closeGracefully,
  type Connection,
  insideOf,
  type MovedBytes,
  type Moves,
  movesOf,
  type NetAddress,
  type Ownership,
  reset,
  resetBecause,
  type Socket,
} from "../tcp/mod.ts"
import * as Duration from "effect/Duration"

/** What happens on a connection. */
export interface TransportEvents {
  /** There may be something to receive, the peer has ended, or the connection is lost. */
  readable(): void
  /** The connection is lost. */
  lost(error: ZerowireError): void
}

/**
 * A connection as the HTTP server uses it. What is written in one turn goes out with one call at its end.
 */
export class Transport {
  readonly #socket: Socket
  readonly #connection: Connection
  readonly #writer: ChunkWriter
  readonly #events: TransportEvents
  #armed = false
  #leave: () => void = () => {}

  constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket
    this.#connection = insideOf(socket).connection
    this.#writer = new ChunkWriter(this.#connection)
    this.#events = events
    this.#connection.queue.onFailure((error) => events.lost(error))
  }

  get remoteAddr(): NetAddress {
    return this.#socket.remoteAddr
  }

  /** Bytes that were written and that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.#connection.queue.queuedBytes
  }

  /** Whether so much waits for the peer that nothing more should be written now. */
  get full(): boolean {
    const { queue } = this.#connection
    return queue.blocked && queue.queuedBytes >= fullBytes
  }

  /** Bytes that the kernel has accepted. */
  get acceptedBytes(): number {
    return this.#connection.queue.acceptedBytes
  }

  /** Bytes that were written, without those that are still gathered. */
  get writtenBytes(): number {
    return this.#connection.queue.writtenBytes + this.#connection.packer.gatheredBytes
  }

  /** Why nothing can be sent any more. */
  get failure(): ZerowireError | undefined {
    return this.#connection.queue.failure
  }

  /** Tells once when there is something to receive. */
  wait(): void {
    if (this.#armed) return
    this.#armed = true
    this.#leave = this.#connection.receiver.whenReady(this.#ready)
  }

  /** Tells at the end of this turn that there may be something. */
  wake(): void {
    this.unwait()
    this.#connection.stack.reactor.turnEnd.run(() => this.#events.readable())
  }

  /** The next `receive` finds what has come, even if no event has told yet. */
  lookAgain(): void {
    this.#connection.receiver.lookAgain()
  }

  /** What arrives stays in the kernel, which stops the peer in the end. */
  unwait(): void {
    if (!this.#armed) return
    this.#armed = false
    this.#leave()
  }

  /**
   * Receives into `memory`. Returns how many bytes; 0 at the end, -1 if nothing has arrived.
   *
   * @throws {ZerowireError} if the connection is lost.
   */
  receive(memory: Uint8Array<ArrayBuffer>, offset: number, length: number): number {
    return this.#connection.receiver.receiveNow(memory.buffer, offset, length)
  }

  /**
   * Writes text in which each character is a byte. It is copied, so there is nothing to wait for.
   *
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  writeLatin1(text: string): void {
    if (text.length > scratch.byteLength) {
      this.#writer.write(Buffer.from(text, "latin1"), "copy")
      return
    }
    const length = scratch.write(text, 0, text.length, "latin1")
    this.#writer.write(scratch.subarray(0, length), "copy")
  }

  /**
   * Writes a chunk. Returns a promise if too much is queued, or the chunk is needed until it was sent.
   *
   * @throws {TypeError} if it is not a chunk; the connection is then reset.
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  write(chunk: unknown, ownership: Ownership): Promise<void> | undefined {
    const pause = this.#writer.write(chunk, ownership)
    return pause && this.#run(pause)
  }

  /** Has the kernel move bytes, after everything that was written. Resolves when it has accepted them. */
  move(bytes: MovedBytes): Promise<void> {
    return bytes.moveTo(this.#connection)
  }

  /** What can be moved of a stream; undefined if it is not one of ours. */
  movesOf(stream: ReadableStream<Uint8Array>): Moves | undefined {
    return movesOf(stream as ReadableStream<Uint8Array<ArrayBuffer>>, this.#connection)
  }

  /** Resolves when the kernel has accepted everything that is written. */
  async untilAccepted(): Promise<void> {
    const { packer, queue } = this.#connection
    packer.flush()
    await this.#run(queue.untilAccepted(queue.writtenBytes))
  }

  /** Sends what is written, then a FIN, and closes; see `Socket.close`. */
  async close(timeout: number): Promise<void> {
    this.unwait()
    await this.#run(closeGracefully(this.#connection, Duration.millis(timeout))).catch(() => {})
  }

  /** Calls `hook` when the connection is lost. Returns a function that removes the hook. */
  whenLost(hook: (error: ZerowireError) => void): () => void {
    return this.#connection.queue.onFailure(hook)
  }

  /** Resets the connection. */
  async abort(cause: unknown): Promise<void> {
    this.unwait()
    resetBecause(this.#connection, cause)
    await this.#run(reset(this.#connection))
  }

  reference(keepAlive: boolean): void {
    this.#connection.reference(keepAlive)
  }

  readonly #ready = (): void => {
    this.#armed = false
    this.#events.readable()
  }

  #run<A>(effect: Effect.Effect<A, ZerowireError>): Promise<A> {
    return Effect.runPromiseWith(this.#connection.stack.services)(effect)
  }
}

/** A client that takes nothing must not make the server write answer after answer. */
const fullBytes = 64 * 1024

/** Heads are put together here, one at a time. */
const scratch = Buffer.alloc(16 * 1024)
