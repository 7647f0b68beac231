import { FileFailed, ZerowireError } from "../../error/mod.ts"
import type { Kernel } from "../../kernel/port.ts"
import type { Connection } from "../connection/connection.ts"
import type { Movable, Move } from "../streams/short_pipe.ts"
import { hasFiles } from "./file_source.ts"
import { failed, type OpenFile } from "./open_file.ts"
import { lengthOf, type Part } from "./part.ts"
import { PartsMove } from "./parts_move.ts"

/** The source of a stream of bytes and of ranges of one file. */
export class PartsReading implements UnderlyingByteSource, Movable {
  readonly type = "bytes"
  readonly held: { readonly file: OpenFile }
  readonly #parts: readonly Part[]
  #index = 0
  /** Bytes of this part that are in the stream, or were moved. */
  #done = 0
  #controller: ReadableByteStreamController | undefined
  #open = true
  #settled: Promise<void> = Promise.resolve()

  constructor(file: OpenFile, parts: readonly Part[]) {
    this.held = { file }
    this.#parts = parts.filter((part) => lengthOf(part) > 0)
  }

  get open(): boolean {
    return this.#open
  }

  get settled(): Promise<void> {
    return this.#settled
  }

  get queuedBytes(): number {
    // The high-water mark is 0.
    return -(this.#controller?.desiredSize ?? 0)
  }

  /** The rest of the part that is next; undefined at the end. */
  get rest(): Part | undefined {
    const part = this.#parts[this.#index]
    if (part === undefined) return undefined
    if (part instanceof Uint8Array) return part.subarray(this.#done)
    return { start: part.start + this.#done, end: part.end }
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller
  }

  pull(controller: ReadableByteStreamController): Promise<void> {
    const filled = this.#fill(controller)
    this.#settled = filled.catch(() => {})
    return filled
  }

  cancel(): void {
    this.#close()
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

  /** Ends the stream: nothing is left. */
  finish(): void {
    if (!this.#open) return
    this.#close()
    this.#controller?.close()
  }

  /** Fails the stream. */
  fail(failure: unknown): void {
    if (!this.#open) return
    this.#close()
    this.#controller?.error(failure)
  }

  #move(kernel: Kernel): Move | undefined {
    const { file } = this.held
    // A stream that has failed has closed its file, and the number may be another file's by now.
    if (!this.#open || !hasFiles(kernel) || file.content !== undefined) return undefined
    return new PartsMove(this, kernel, file)
  }

  async #fill(controller: ReadableByteStreamController): Promise<void> {
    const { rest } = this
    if (rest === undefined) {
      this.finish()
      // Closing does not complete a BYOB read; responding does.
      controller.byobRequest?.respond(0)
      return
    }
    try {
      const request = controller.byobRequest
      const view = request?.view ?? new Uint8Array(Math.min(chunkBytes, lengthOf(rest)))
      const n = await this.#read(rest, view)
      if (!this.#open) return
      this.moved(n)
      if (request !== null) request.respond(n)
      else controller.enqueue(new Uint8Array(view.buffer as ArrayBuffer, 0, n))
    } catch (failure) {
      // A failed stream never calls `pull` again.
      this.#close()
      throw failure
    }
  }

  async #read(part: Part, { buffer, byteOffset, byteLength }: ArrayBufferView): Promise<number> {
    const length = Math.min(byteLength, lengthOf(part))
    const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
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

  #close(): void {
    this.#open = false
    this.held.file.close()
  }
}

/** As in `FileReading`. */
const chunkBytes = 256 * 1024
