/**
 * The receiving side as a web stream.
 *
 * @module
 */
import type { Connection } from "../connection/connection.ts"
import type { Receiver } from "../receive/receiver.ts"
import { type Received, RelayMove } from "./relay_move.ts"
import { RelayPace } from "./relay_pace.ts"
import { RelayPipe } from "./relay_pipe.ts"
import { type Movable, type Move, withShortPipe } from "./short_pipe.ts"

/**
 * The bytes that a connection receives, as a byte stream. A BYOB reader gets them in its own buffer, a
 * default reader in chunks of their own. If the stream is piped into another socket's `writable`, the
 * kernel moves them.
 */
export function readableOf(connection: Connection): ReadableStream<Uint8Array<ArrayBuffer>> {
  const received = new ReceivedBytes(connection)
  const stream = new ReadableStream(received)
  withShortPipe(stream, received)
  return stream
}

/** The source of a connection's stream. */
class ReceivedBytes implements UnderlyingByteSource, Movable, Received {
  readonly type = "bytes"
  readonly receiver: Receiver
  readonly #connection: Connection
  #controller: ReadableByteStreamController | undefined
  #open = true
  #settled: Promise<void> = atOnce

  constructor(connection: Connection) {
    this.#connection = connection
    this.receiver = connection.receiver
  }

  get open(): boolean {
    return this.#open
  }

  get settled(): Promise<void> {
    return this.#settled
  }

  get queuedBytes(): number {
    // The high-water mark of a byte stream is 0.
    return -(this.#controller?.desiredSize ?? 0)
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller
  }

  /** What is there is passed on at once. Otherwise the next event is waited for. */
  pull(controller: ReadableByteStreamController): Promise<void> | undefined {
    try {
      if (this.#take(controller)) return undefined
    } catch (failure) {
      this.#open = false
      return Promise.reject(failure)
    }
    const taken = this.#takeLater(controller)
    this.#settled = taken.catch(() => {
      this.#open = false
    })
    return taken
  }

  cancel(): void {
    this.#open = false
    this.receiver.cancel()
  }

  putBack(bytes: Uint8Array): void {
    this.receiver.bytes.putBack(bytes)
  }

  prepare({ stack }: Connection): Promise<Move | undefined> {
    const able = this.#open && stack === this.#connection.stack
    const pace = new RelayPace(stack.clock)
    const pipe = able ? RelayPipe.open(stack.kernel, this.receiver, pace) : undefined
    return Promise.resolve(pipe && new RelayMove(this, pipe))
  }

  finish(): void {
    if (!this.#open) return
    this.#open = false
    this.#controller?.close()
  }

  fail(failure: unknown): void {
    if (!this.#open) return
    this.#open = false
    this.#controller?.error(failure)
  }

  #takeLater(controller: ReadableByteStreamController): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait = (): void => void this.receiver.whenReady(take)
      const take = (): void => {
        try {
          // An event need not be for bytes.
          if (this.#take(controller)) resolve()
          else wait()
        } catch (failure) {
          reject(failure)
        }
      }
      wait()
    })
  }

  /**
   * Passes on what has arrived, or the end. Returns false if there is nothing.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  #take(controller: ReadableByteStreamController): boolean {
    const request = controller.byobRequest
    return request === null ? this.#enqueue(controller) : this.#respond(request, controller)
  }

  /** Into a buffer that all streams share. Not by autoAllocateChunkSize: see `FileReading`. */
  #enqueue(controller: ReadableByteStreamController): boolean {
    const { streamInbox } = this.#connection.stack
    const { memory } = streamInbox
    const n = this.receiver.bytes.receiveAt(memory, 0, memory.buffer.byteLength)
    if (n > 0) controller.enqueue(streamInbox.keep(n))
    return n > 0 || n === 0 && this.#end(controller)
  }

  #respond(request: ReadableStreamBYOBRequest, controller: ReadableByteStreamController): boolean {
    const { buffer, byteOffset, byteLength } = request.view as Uint8Array<ArrayBuffer>
    const n = this.receiver.bytes.receiveNow(buffer, byteOffset, byteLength)
    if (n > 0) request.respond(n)
    return n > 0 || n === 0 && this.#end(controller)
  }

  #end(controller: ReadableByteStreamController): true {
    this.finish()
    // A stream that is closed completes a BYOB read when it is told so; it may have come meanwhile.
    controller.byobRequest?.respond(0)
    return true
  }
}

const atOnce = Promise.resolve()
