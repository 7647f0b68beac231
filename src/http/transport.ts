import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error/mod.ts"
import type { Kernel, Memory } from "../kernel/mod.ts"
import type { CopyReason } from "../pieces/mod.ts"
import {
  ChunkWriter,
  close,
  type Connection,
  type Consumer,
  insideOf,
  type NetAddress,
  type Ownership,
  reset,
  resetBecause,
  type Socket,
  type SocketStats,
  waitsForSource,
} from "../tcp/mod.ts"
import { Moving } from "./moving.ts"

/** What happens on a connection. */
export interface TransportEvents {
  /** There may be something to receive, the peer has ended, or the connection is lost. */
  readable(): void
  /** Whether what arrives can wait until more was sent. */
  patient(): boolean
  /** The connection is lost. */
  lost(error: ZerowireError): void
}

/** What the kernel has accepted of a connection's bytes, by the way they went. */
export interface Counts {
  /** Sent in place with MSG_ZEROCOPY, whatever became of them. */
  readonly pinnedBytes: number
  /** Of these, known to have left without a copy. */
  readonly zerocopyBytes: number
  /** Of these, copied by the kernel after all. */
  readonly kernelCopiedBytes: number
  /** From files and other sockets. */
  readonly movedBytes: number
  /** Copied here, by reason. */
  readonly copied: Readonly<Record<CopyReason, number>>
}

/**
 * A connection as the HTTP server uses it. It takes part in what sockets with handlers have: it is told of
 * what arrives without a promise, and what is written for it leaves in one call.
 */
export class Transport implements Consumer {
  /** Sends what the kernel can move. */
  readonly moving: Moving
  readonly #socket: Socket
  readonly #connection: Connection
  readonly #writer: ChunkWriter
  readonly #events: TransportEvents
  readonly #leave: () => void
  #waking = false

  constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket
    this.#connection = insideOf(socket).connection
    this.#writer = new ChunkWriter(this.#connection)
    this.moving = new Moving(this.#connection)
    this.#events = events
    this.#leave = this.#connection.queue.onFailure((error) => events.lost(error))
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

  /** Bytes that the client has taken, as far as is known. It takes a system call. */
  get takenBytes(): number {
    const { acknowledgedBytes, queue } = this.#connection
    return acknowledgedBytes === Infinity ? queue.acceptedBytes : acknowledgedBytes
  }

  /** Whether what waits to be sent waits for the client, and for nothing else, such as a disk. */
  get waitsForPeer(): boolean {
    return this.queuedBytes > 0 && !waitsForSource(this.#connection)
  }

  /** Bytes that were written, without those that are still gathered. */
  get writtenBytes(): number {
    return this.#connection.queue.writtenBytes + this.#connection.packer.gatheredBytes
  }

  /** What the connection has sent and received. */
  stats(): SocketStats {
    return this.#socket.stats()
  }

  /** What became of everything that was accepted so far. */
  get counts(): Counts {
    const { counters, carrier } = this.#connection.queue
    return {
      pinnedBytes: counters.pinnedBytes,
      zerocopyBytes: carrier.counts.zerocopyBytes,
      kernelCopiedBytes: carrier.counts.copiedBytes,
      movedBytes: counters.fileBytes + counters.relayedBytes,
      copied: counters.reasons,
    }
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

  get patient(): boolean {
    return this.#events.patient()
  }

  /** `patient` has changed. */
  patienceChanged(): void {
    const { queue } = this.#connection
    if (queue.blocked || queue.inFlight.calls > 0) this.#connection.interestChanged()
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
    this.#connection.receiver.bytes.lookAgain()
  }

  /**
   * Receives into `memory`, which all connections share. Returns how many bytes; 0 at the end, -1 if nothing
   * has arrived.
   *
   * @throws {ZerowireError} if the connection is lost.
   */
  receive(memory: Uint8Array<ArrayBuffer>, offset: number, length: number): number {
    const { receiver, stack } = this.#connection
    return receiver.bytes.receiveAt(inputOf(stack.kernel, memory), offset, length)
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

  /** As `writeLatin1`, if anybody is left to read it. */
  say(text: string): void {
    if (this.failure === undefined) this.writeLatin1(text)
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

  /** Resolves when the kernel has accepted everything that is written. */
  async untilAccepted(): Promise<void> {
    const { packer, queue } = this.#connection
    packer.flush()
    await this.#run(queue.untilAccepted(queue.writtenBytes))
  }

  /** Resolves when the kernel has let go of all memory that was written. */
  async untilReleased(): Promise<void> {
    const { queue } = this.#connection
    await this.#run(queue.untilReleasedTo(queue.writtenPieces))
  }

  /** Gives the socket away. What it receives begins with `unread`. Nothing here may be used any more. */
  release(unread: Uint8Array): Socket {
    // It would keep the socket from being collected, and closed, if its new owner drops it.
    this.#leave()
    this.#connection.receiver.deliverTo(undefined)
    this.#connection.receiver.bytes.putBack(unread)
    return this.#socket
  }

  /**
   * Sends what is written, then a FIN, and closes; see `Socket.close`. A client that is still sending is
   * listened to for up to `linger` milliseconds, so that no reset takes from it what it has not read.
   */
  async close(timeout: number, linger = 0): Promise<void> {
    await close(this.#connection, timeout, linger).catch(() => {})
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
function inputOf(kernel: Kernel, bytes: Uint8Array<ArrayBuffer>): Memory {
  if (input?.kernel !== kernel || input.bytes !== bytes) {
    input = { kernel, bytes, memory: kernel.memoryOf(bytes.buffer) }
  }
  return input.memory
}

let input: {
  readonly kernel: Kernel
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly memory: Memory
} | undefined

/** A client that takes nothing must not make the server write answer after answer. */
const fullBytes = 64 * 1024
