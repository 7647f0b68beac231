import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error/mod.ts"
import type { Kernel, Memory } from "../kernel/mod.ts"
import {
  ChunkWriter,
  closeGracefully,
  type Connection,
  type Consumer,
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
 * A connection as the HTTP server uses it. It takes part in what sockets with handlers have: it is told of
 * what arrives without a promise, and what is written for it leaves in one call.
 */
export class Transport implements Consumer {
  readonly #socket: Socket
  readonly #connection: Connection
  readonly #writer: ChunkWriter
  readonly #events: TransportEvents
  #waking = false

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

  /** From now on, `events` are told of what arrives. */
  begin(): void {
    this.#connection.receiver.deliverTo(this)
  }

  readable(): void {
    this.#events.readable()
  }

  failed(): void {
    // The queue, which fails first, has told `lost`.
  }

  /** Tells at the end of this turn that there may be something to receive. */
  wake(): void {
    if (this.#waking) return
    this.#waking = true
    this.#connection.stack.reactor.turnEnd.run(this.#wakeNow)
  }

  readonly #wakeNow = (): void => {
    this.#waking = false
    this.#events.readable()
  }

  /** The next `receive` finds what has come, even if no event has told yet. */
  lookAgain(): void {
    this.#connection.receiver.lookAgain()
  }

  /**
   * Receives into `memory`, which all connections share. Returns how many bytes; 0 at the end, -1 if nothing
   * has arrived.
   *
   * @throws {ZerowireError} if the connection is lost.
   */
  receive(memory: Uint8Array<ArrayBuffer>, offset: number, length: number): number {
    const { receiver, stack } = this.#connection
    return receiver.receiveAt(inputOf(stack.kernel, memory.buffer), offset, length)
  }

  /** Keeps what is written until `uncork`, so that it leaves together. */
  cork(): void {
    this.#connection.packer.corked = true
  }

  /** Sends what was written meanwhile. */
  uncork(): void {
    const { packer, queue } = this.#connection
    packer.corked = false
    if (packer.gatheredBytes > 0 || !queue.clear) this.#connection.sendNow()
  }

  /**
   * Writes text in which each character is a byte. It is copied, so there is nothing to wait for.
   *
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  writeLatin1(text: string): void {
    this.#connection.packer.writeLatin1(text)
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
    await this.#run(closeGracefully(this.#connection, Duration.millis(timeout))).catch(() => {})
  }

  /** Calls `hook` when the connection is lost. Returns a function that removes the hook. */
  whenLost(hook: (error: ZerowireError) => void): () => void {
    return this.#connection.queue.onFailure(hook)
  }

  /** Resets the connection. */
  async abort(cause: unknown): Promise<void> {
    resetBecause(this.#connection, cause)
    await this.#run(reset(this.#connection))
  }

  reference(keepAlive: boolean): void {
    this.#connection.reference(keepAlive)
  }

  #run<A>(effect: Effect.Effect<A, ZerowireError>): Promise<A> {
    return Effect.runPromiseWith(this.#connection.stack.services)(effect)
  }
}

/** The parser's memory as the kernel knows it. Asking for its address costs as much as receiving. */
function inputOf(kernel: Kernel, buffer: ArrayBuffer): Memory {
  if (input?.kernel !== kernel || input.memory.buffer !== buffer) {
    input = { kernel, memory: kernel.memoryOf(buffer) }
  }
  return input.memory
}

let input: { readonly kernel: Kernel; readonly memory: Memory } | undefined

/** A client that takes nothing must not make the server write answer after answer. */
const fullBytes = 64 * 1024
