import type { Kernel } from "../../kernel/port.ts"
import type { Connection } from "../connection/connection.ts"
import { MovedBytes } from "../streams/moved_bytes.ts"
import type { Move } from "../streams/short_pipe.ts"
import { FileMove } from "./file_move.ts"
import type { OpenFile } from "./open_file.ts"
import type { FilePart, Part } from "./part.ts"

/** A stream of parts, as `PartsMove` sees it. */
interface Reading {
  /** The rest of the part that is next; undefined at the end. */
  readonly rest: Part | undefined
  /** This many bytes of the part were moved past the stream. */
  moved(bytes: number): void
  /** Ends the stream: nothing is left. */
  finish(): void
  /** Fails the stream. */
  fail(failure: unknown): void
}

/** Sends bytes through the packer, and has the kernel move the ranges between them. */
export class PartsMove implements Move {
  readonly #reading: Reading
  readonly #kernel: Kernel
  readonly #file: OpenFile
  #range: FileMove | undefined
  #bytes: WrittenBytes | undefined
  #stopped = false

  constructor(reading: Reading, kernel: Kernel, file: OpenFile) {
    this.#reading = reading
    this.#kernel = kernel
    this.#file = file
  }

  async next(): Promise<MovedBytes | Uint8Array | undefined> {
    // A sink with room asks for more before the last bytes were sent.
    await this.#bytes?.settled
    const more = await this.#range?.next()
    if (more !== undefined) return more
    this.#range = undefined
    const { rest } = this.#reading
    if (rest === undefined) {
      this.#reading.finish()
      return undefined
    }
    if (rest instanceof Uint8Array) return this.#bytes = this.#written(rest)
    this.#range = this.#moveOf(rest)
    if (this.#stopped) this.#range.stop()
    return await this.#range.next()
  }

  stop(): void {
    this.#stopped = true
    this.#range?.stop()
  }

  end(): void {}

  #written(bytes: Uint8Array<ArrayBuffer>): WrittenBytes {
    return new WrittenBytes(bytes, () => {
      if (this.#stopped) return false
      this.#reading.moved(bytes.byteLength)
      return true
    })
  }

  #moveOf({ start, end }: FilePart): FileMove {
    const reading = this.#reading
    const range = {
      position: start,
      end,
      moved(bytes: number) {
        this.position += bytes
        reading.moved(bytes)
      },
      finish() {},
      fail: (failure: unknown) => reading.fail(failure),
    }
    try {
      return new FileMove(range, this.#kernel, this.#file)
    } catch (failure) {
      reading.fail(failure)
      throw failure
    }
  }
}

/** Bytes that count as moved when they are written, and not when the pipe asks for them. */
class WrittenBytes extends MovedBytes {
  readonly byteLength: number
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #mayGo: () => boolean
  readonly #settled = Promise.withResolvers<void>()

  constructor(bytes: Uint8Array<ArrayBuffer>, mayGo: () => boolean) {
    super()
    this.byteLength = bytes.byteLength
    this.#bytes = bytes
    this.#mayGo = mayGo
  }

  /** Resolves when they were written. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  moveTo({ packer, queue }: Connection): Promise<void> {
    return Promise.try(() => {
      queue.check()
      // The parts stay with their stream, so the packer gets a copy of its own.
      if (this.#mayGo()) packer.write(this.#bytes.slice(), "transfer")
      this.#settled.resolve()
    })
  }
}
