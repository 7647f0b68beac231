import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Kernel } from "../../kernel/port.ts"
import type { Piece } from "../../pieces/mod.ts"
import type { Connection } from "../connection/connection.ts"
import { MovedBytes } from "../streams/moved_bytes.ts"
import type { Move } from "../streams/short_pipe.ts"
import { FileSource } from "./file_source.ts"
import type { OpenFile } from "./open_file.ts"

/** A stream of a file, as far as moving its bytes is concerned. */
interface Reading {
  /** The next byte that is neither in the stream nor moved. */
  readonly position: number
  /** The byte behind its last one. */
  readonly end: number
  /** Bytes went another way. */
  moved(bytes: number): void
  /** Nothing is left: the stream ends. */
  finish(): void
  /** The stream fails. */
  fail(failure: unknown): void
}

/** The kernel moves what is left of a file, all of it as one chunk. */
export class FileMove implements Move {
  readonly #reading: Reading
  readonly #source: MovedSource
  readonly #stopping = new AbortController()
  #moving: MovedFile | undefined

  /** @throws {ZerowireError} Unsupported where the kernel cannot send from it. */
  constructor(reading: Reading, kernel: Kernel, file: OpenFile) {
    this.#reading = reading
    this.#source = new MovedSource(kernel, file)
  }

  async next(): Promise<MovedBytes | undefined> {
    // A sink that has room asks for more before the last bytes have gone.
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

/** The file stays its stream's, and the stream says what becomes of it when it fails. */
class MovedSource extends FileSource {
  override readonly endsEarly: boolean = true
  /** Called when it cannot be sent on. */
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

  /** Resolves when they were moved, as far as they ever will be. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  async moveTo(connection: Connection): Promise<void> {
    if (this.#stopped.aborted) return
    const { packer, queue, stack } = connection
    queue.check()
    packer.flush()
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
      // A call that is under way may take some more, also of what was stopped.
      await queue.untilLanded()
      const accepted = Math.max(0, queue.acceptedBytes - first)
      this.#reading.moved(Math.min(this.byteLength, accepted))
      this.#settled.resolve()
    }
  }
}
