import * as Effect from "effect/Effect"
import { checkOptions, messageOf, wholeNumber } from "../../argument/mod.ts"
import { SourceFailed, TransferStopped, ZerowireError } from "../../error/mod.ts"
import { BufferPool } from "../../memory/mod.ts"
import { resetBecause } from "../connection/break_off.ts"
import type { Connection } from "../connection/connection.ts"
import { checkReadable } from "../given_stream.ts"
import { sendFromTaker } from "../known_options.ts"
import { type PromisedTurn, turnIn } from "../send/turn.ts"
import { ChunkWriter, type Pause } from "../send/writer.ts"
import type { SendFromOptions } from "./options.ts"

/** Sends everything that a stream delivers. */
export class StreamTransfer {
  /** Resolves with the number of bytes once the stream has ended and the kernel has accepted all of them. */
  readonly done: Promise<number>
  readonly #connection: Connection
  readonly #pool: BufferPool
  readonly #reader: Reader
  readonly #writer: ChunkWriter
  #turn: PromisedTurn | undefined
  readonly #halted = new AbortController()
  #sentBytes = 0
  #ended = false

  /**
   * @throws {TypeError} if the source is not a ReadableStream or is locked, for unknown options, and for
   * values out of range.
   */
  constructor(
    connection: Connection,
    readable: ReadableStream<Uint8Array>,
    options: Omit<SendFromOptions, "signal">,
  ) {
    checkReadable(readable)
    checkOptions(sendFromTaker, options)
    const { bufferBytes = 256 * 1024, buffers = defaultBuffers } = options
    wholeNumber("bufferBytes", bufferBytes, maxBufferBytes)
    wholeNumber("buffers", buffers, maxBuffers)
    this.#connection = connection
    this.#pool = new BufferPool(bufferBytes, buffers)
    this.#writer = new ChunkWriter(connection)
    this.#reader = readerOf(readable)
    this.done = this.#send()
  }

  /** Stops, unless everything was accepted. */
  stop(reason: unknown): void {
    if (this.#ended) return
    const stopped = new TransferStopped("a stream", this.#sentBytes)
    this.#halt(new ZerowireError(stopped, reason), reason)
  }

  async #send(): Promise<number> {
    const { packer, queue } = this.#connection
    this.#watch()
    try {
      this.#connection.calls.check("send from a stream")
      this.#turn = turnIn(this.#connection.calls.order)
      await this.#turn.come
      queue.check()
      if ("byob" in this.#reader) await this.#readInto(this.#reader.byob)
      else await this.#readChunks(this.#reader.chunks)
      queue.check()
      packer.flush()
      this.#turn?.leave()
      await this.#pause(queue.untilAccepted(queue.writtenBytes))
      return this.#sentBytes
    } catch (failure) {
      this.#halt(failure, failure)
      throw this.#halted.signal.reason
    } finally {
      this.#ended = true
      this.#turn?.leave()
      this.#halted.abort()
      plainReader(this.#reader).releaseLock()
    }
  }

  async #readInto(reader: ReadableStreamBYOBReader): Promise<void> {
    for (;;) {
      const buffer = this.#pool.take()
      if (buffer === undefined) {
        await this.#pool.untilFree()
        this.#halted.signal.throwIfAborted()
        continue
      }
      const { done, value } = await this.#next(() => reader.read(new Uint8Array(buffer)))
      if (done) return
      await this.#pause(this.#sendBuffer(value))
    }
  }

  async #readChunks(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (;;) {
      const { done, value } = await this.#next(() => reader.read())
      if (done) return
      // A chunk that is taken is empty afterwards.
      const byteLength = value?.byteLength
      const pause = this.#writer.write(value)
      this.#sentBytes += byteLength
      await this.#pause(pause)
    }
  }

  async #next<T>(read: () => Promise<T>): Promise<T> {
    const result = await read().catch((cause) => {
      // Cancelling a source may fail its last read.
      this.#halted.signal.throwIfAborted()
      const failure = new ZerowireError(
        new SourceFailed(messageOf(cause), this.#sentBytes),
        cause,
      )
      this.#halt(failure, failure)
      if (this.#connection.queue.failure === undefined) resetBecause(this.#connection, failure)
      throw failure
    })
    this.#halted.signal.throwIfAborted()
    return result
  }

  /** Sends the bytes that were read into a buffer, in place. */
  #sendBuffer({ buffer, byteLength, byteOffset }: Uint8Array<ArrayBuffer>): Pause {
    const released = { release: () => this.#pool.giveBack(buffer), orphan() {}, quarantine() {} }
    this.#sentBytes += byteLength
    if (byteLength === 0 || byteOffset !== 0) {
      const pause = this.#writer.write(new Uint8Array(buffer, byteOffset, byteLength).slice())
      released.release()
      return pause
    }
    const { kernel } = this.#connection.stack
    return this.#writer.writeMemory(kernel.memoryOf(buffer), byteLength, released)
  }

  /** Waits while too much is queued, and now and then lets the event loop turn. */
  async #pause(pause: Pause): Promise<void> {
    if (pause === undefined) return
    const { signal } = this.#halted
    const run = Effect.runPromiseWith(this.#connection.stack.services)
    await run(pause, { signal }).catch((failure) => {
      signal.throwIfAborted()
      throw failure
    })
  }

  /** A lost connection ends the reading, even while the stream delivers nothing. */
  #watch(): void {
    this.#pause(this.#connection.queue.untilFailure).catch((failure) => {
      if (!this.#ended) this.#halt(failure, failure)
    })
  }

  #halt(failure: unknown, reason: unknown): void {
    if (this.#halted.signal.aborted) return
    this.#halted.abort(failure)
    this.#turn?.stop(failure)
    this.#pool.wake()
    // What the source answers no longer matters.
    plainReader(this.#reader).cancel(reason).catch(() => {})
  }
}

type Reader =
  | { readonly byob: ReadableStreamBYOBReader }
  | { readonly chunks: ReadableStreamDefaultReader<Uint8Array> }

const plainReader = (reader: Reader): ReadableStreamGenericReader & { releaseLock(): void } =>
  "byob" in reader ? reader.byob : reader.chunks

/** A BYOB reader if the stream supports it. */
function readerOf(readable: ReadableStream<Uint8Array>): Reader {
  if (readable.locked) {
    throw new TypeError(
      "Cannot send from a locked stream: it already has a reader. Release the reader's lock, or send " +
        "from a branch of tee()",
    )
  }
  try {
    return { byob: readable.getReader({ mode: "byob" }) }
  } catch {
    return { chunks: readable.getReader() }
  }
}

/**
 * Two calls of a courier, 8 MiB each: with less in flight no courier is used, and each call wakes this
 * thread. A queue that is slower waits long before it has so many.
 */
const defaultBuffers = 64
const maxBufferBytes = 64 * 1024 * 1024
const maxBuffers = 1024
