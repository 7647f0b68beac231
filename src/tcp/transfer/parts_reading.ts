import { FileFailed, ZerowireError } from "../../error/mod.ts"
import type { Kernel } from "../../kernel/port.ts"
import type { Connection } from "../connection/connection.ts"
import type { Movable, Move } from "../streams/short_pipe.ts"
import { hasFiles } from "./file_source.ts"
import { FileStreamSource } from "./file_stream_source.ts"
import { failed, type OpenFile } from "./open_file.ts"
import { lengthOf, type Part } from "./part.ts"
import { PartsMove } from "./parts_move.ts"

/** The source of a stream of bytes and of ranges of one file. */
export class PartsReading extends FileStreamSource implements Movable {
  readonly held: { readonly file: OpenFile }
  readonly #parts: readonly Part[]
  #index = 0
  /** Bytes of this part that are in the stream, or were moved. */
  #done = 0

  constructor(file: OpenFile, parts: readonly Part[]) {
    super()
    this.held = { file }
    this.#parts = parts.filter((part) => lengthOf(part) > 0)
  }

  /** The rest of the part that is next; undefined at the end. */
  get rest(): Part | undefined {
    const part = this.#parts[this.#index]
    if (part === undefined) return undefined
    if (part instanceof Uint8Array) return part.subarray(this.#done)
    return { start: part.start + this.#done, end: part.end }
  }

  prepare({ stack }: Connection): Promise<Move | undefined> {
    return Promise.try(() => this.#move(stack.kernel))
  }

  /** The kernel has moved this many bytes of the part past the stream. */
  moved(bytes: number): void {
    this.#done += bytes
    if (this.#done < lengthOf(this.#parts[this.#index])) return
    this.#index++
    this.#done = 0
  }

  #move(kernel: Kernel): Move | undefined {
    const { file } = this.held
    // A stream that has failed has closed its file, and the number may be another file's by now.
    if (!this.open || !hasFiles(kernel) || file.content !== undefined) return undefined
    return new PartsMove(this, kernel, file)
  }

  protected readable(): number {
    const { rest } = this
    return rest === undefined ? 0 : lengthOf(rest)
  }

  protected async read({ buffer, byteOffset }: ArrayBufferView, length: number): Promise<number> {
    const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
    const part = this.rest as Part
    if (part instanceof Uint8Array) {
      view.set(part.subarray(0, length))
      return length
    }
    const { file } = this.held
    const { start, end } = part
    const n = await file.read(view, start).catch((cause) => {
      throw failed(file.name, cause, 0, end - start)
    })
    if (n > 0) return n
    throw new ZerowireError(new FileFailed(file.name, "SHRUNK", 0, end - start))
  }
}
