import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Kernel } from "../../kernel/port.ts"
import type { Piece } from "../../pieces/mod.ts"
import type { Connection } from "../connection/connection.ts"
import { MovedBytes } from "../streams/moved_bytes.ts"
import type { Move } from "../streams/short_pipe.ts"
import { FileSource } from "./file_source.ts"
import type { OpenFile } from "./open_file.ts"

/** A stream of a file, as `FileMove` sees it. */
interface Reading {
  /** The next byte that is neither in the stream nor moved. */
  readonly position: number
  /** The position after its last byte. */
  readonly end: number
  /** The kernel has moved this many bytes past the stream. */
  moved(bytes: number): void
  /** Ends the stream: nothing is left. */
  finish(): void
  /** Fails the stream. */
  fail(failure: unknown): void
}

/** Has the kernel move the rest of a file, as one chunk. */
export class FileMove implements Move {
  readonly #reading: Reading
  readonly #source: MovedSource
  #stopped = false
  #moving: MovedFile | undefined

  /** @throws {ZerowireError} Unsupported if the kernel cannot send from this file. */
  constructor(reading: Reading, kernel: Kernel, file: OpenFile) {
    this.#reading = reading
    this.#source = new MovedSource(kernel, file)
  }

  async next(): Promise<MovedBytes | undefined> {
    // A sink with room asks for more before the last bytes were sent.
    await this.#moving?.settled
    return this.nextNow()
  }

  nextNow(): MovedBytes | undefined {
    const { failure } = this.#source
    if (failure !== undefined) {
      this.#reading.fail(failure)
      throw failure
    }
    if (this.#reading.position < this.#reading.end) {
      return this.#moving = new MovedFile(this.#reading, this.#source, this.#stopped)
    }
    this.#reading.finish()
    return undefined
  }

  stop(): void {
    this.#stopped = true
    this.#moving?.stop()
  }

  end(): void {}
}

/** The stream keeps the file, and decides what happens if it fails. */
class MovedSource extends FileSource {
  override readonly endsEarly: boolean = true
  /** Called when no more of it can be sent. */
  onFailure: () => void = () => {}

  override failed(code: string, piece: Piece): ZerowireError {
    const failure = super.failed(code, piece)
    this.onFailure()
    return failure
  }

  override release(): void {}
}

class MovedFile extends MovedBytes {
  readonly byteLength: number
  readonly #reading: Reading
  readonly #source: MovedSource
  readonly #settled = Promise.withResolvers<void>()
  /** Where it is queued, until as much was accepted as ever will be. */
  #queue: Connection["queue"] | undefined
  /** The position in the connection's bytes at which it starts. */
  #first = 0
  /** Whether no more of it is to be sent, or can be. */
  #ended: boolean
  /** Ends the wait for the rest. */
  #waiting: AbortController | undefined

  constructor(reading: Reading, source: MovedSource, stopped: boolean) {
    super()
    this.byteLength = reading.end - reading.position
    this.#reading = reading
    this.#source = source
    this.#ended = stopped
  }

  /** Resolves when as many bytes were moved as ever will be. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** Sends no more of it. */
  stop(): void {
    this.#end()
    this.#queue?.leaveOut(this.#source)
  }

  override start(connection: Connection): boolean {
    const { packer, queue, stack } = connection
    queue.check()
    packer.flushBeforeFile()
    const source = this.#source
    source.onReady(() => queue.unblock())
    source.onFailure = () => this.#end()
    this.#queue = queue
    this.#first = queue.writtenBytes
    queue.push(stack.pieces.takeFile(source, this.#reading.position, this.byteLength))
    queue.pumpQueued()
    const all = queue.acceptedBytes >= this.#first + this.byteLength
    if (all) this.#settle(queue)
    return all
  }

  async moveTo(connection: Connection): Promise<void> {
    const { queue } = connection
    if (this.#queue === undefined && (this.#ended || this.start(connection))) return
    const waiting = this.#waiting = new AbortController()
    if (this.#ended) waiting.abort()
    const { signal } = waiting
    try {
      const accepted = queue.untilAccepted(this.#first + this.byteLength)
      await Effect.runPromise(accepted, { signal })
    } catch (failure) {
      if (!signal.aborted) throw failure
    } finally {
      // A call under way may still take bytes that were just left out of the queue.
      await queue.untilLanded()
      this.#settle(queue)
    }
  }

  #end(): void {
    this.#ended = true
    this.#waiting?.abort()
  }

  #settle(queue: Connection["queue"]): void {
    this.#queue = undefined
    const accepted = Math.max(0, queue.acceptedBytes - this.#first)
    this.#reading.moved(Math.min(this.byteLength, accepted))
    this.#settled.resolve()
  }
}
