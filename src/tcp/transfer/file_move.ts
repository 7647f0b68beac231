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
  readonly #stopping = new AbortController()
  #moving: MovedFile | undefined

  /** @throws {ZerowireError} Unsupported if the kernel cannot send from this file. */
  constructor(reading: Reading, kernel: Kernel, file: OpenFile) {
    this.#reading = reading
    this.#source = new MovedSource(kernel, file)
  }

  async next(): Promise<MovedBytes | undefined> {
    // A sink with room asks for more before the last bytes were sent.
    await this.#moving?.settled
    const { failure } = this.#source
    if (failure !== undefined) {
      this.#reading.fail(failure)
      throw failure
    }
    if (this.#reading.position < this.#reading.end) {
      return this.#moving = new MovedFile(this.#reading, this.#source, this.#stopping.signal)
    }
    this.#reading.finish()
    return undefined
  }

  stop(): void {
    this.#stopping.abort()
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
  readonly #stopped: AbortSignal
  readonly #settled = Promise.withResolvers<void>()

  constructor(reading: Reading, source: MovedSource, stopped: AbortSignal) {
    super()
    this.byteLength = reading.end - reading.position
    this.#reading = reading
    this.#source = source
    this.#stopped = stopped
  }

  /** Resolves when as many bytes were moved as ever will be. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  async moveTo(connection: Connection): Promise<void> {
    if (this.#stopped.aborted) return
    const { packer, queue, stack } = connection
    queue.check()
    packer.flushBeforeFile()
    const source = this.#source
    const ended = new AbortController()
    const stop = () => {
      ended.abort()
      queue.leaveOut(source)
    }
    source.onReady(() => queue.unblock())
    source.onFailure = () => ended.abort()
    this.#stopped.addEventListener("abort", stop)
    const first = queue.writtenBytes
    queue.push(stack.pieces.takeFile(source, this.#reading.position, this.byteLength))
    try {
      const accepted = queue.untilAccepted(first + this.byteLength)
      await Effect.runPromise(accepted, { signal: ended.signal })
    } catch (failure) {
      if (!ended.signal.aborted) throw failure
    } finally {
      this.#stopped.removeEventListener("abort", stop)
      // A call under way may still take bytes that were just left out of the queue.
      await queue.untilLanded()
      const accepted = Math.max(0, queue.acceptedBytes - first)
      this.#reading.moved(Math.min(this.byteLength, accepted))
      this.#settled.resolve()
    }
  }
}
