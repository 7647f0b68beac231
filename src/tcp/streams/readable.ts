/**
 * The receiving side as a web stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import type { Receiver } from "../receive/receiver.ts"
import { type Received, RelayMove } from "./relay_move.ts"
import { RelayPace } from "./relay_pace.ts"
import { RelayPipe } from "./relay_pipe.ts"
import { type Movable, type Move, withShortPipe } from "./short_pipe.ts"

/**
 * The bytes that a connection receives, as a byte stream. A BYOB reader gets them in its own buffer, a
 * default reader in buffers of `chunkBytes`. If the stream is piped into another socket's `writable`, the
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
  #settled: Promise<void> = Promise.resolve()

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

  pull(controller: ReadableByteStreamController): Promise<void> {
    const filled = this.#fill(controller)
    this.#settled = filled.catch(() => {
      this.#open = false
    })
    return filled
  }

  cancel(): void {
    this.#open = false
    this.receiver.cancel()
  }

  putBack(bytes: Uint8Array): void {
    this.receiver.putBack(bytes)
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

  async #fill(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest
    // Not by autoAllocateChunkSize: see `FileReading`.
    const view = request?.view ?? new Uint8Array(chunkBytes)
    const { buffer, byteOffset, byteLength } = view
    const n = await receive(this.receiver, buffer as ArrayBuffer, byteOffset, byteLength)
    if (n === 0) {
      this.finish()
      // A stream that is closed completes a BYOB read when it is told so; it may have come meanwhile.
      controller.byobRequest?.respond(0)
    } else if (request !== null) request.respond(n)
    else controller.enqueue(new Uint8Array(buffer as ArrayBuffer, 0, n))
  }
}

/** The number of bytes received; 0 at the end. Synchronous as long as bytes are there. */
function receive(
  receiver: Receiver,
  buffer: ArrayBuffer,
  offset: number,
  length: number,
): number | Promise<number> {
  const now = receiver.receiveNow(buffer, offset, length)
  if (now >= 0) return now
  const step: Effect.Effect<number, ZerowireError> = Effect.flatMap(
    receiver.untilReadable,
    () => {
      const n = receiver.receiveNow(buffer, offset, length)
      return n >= 0 ? Effect.succeed(n) : step
    },
  )
  return Effect.runPromise(step)
}

const chunkBytes = 64 * 1024
