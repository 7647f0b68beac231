import { FileFailed, ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import type { Movable, Move } from "../streams/short_pipe.ts"
import { FileMove } from "./file_move.ts"
import { hasFiles } from "./file_source.ts"
import { failed, type OpenFile } from "./open_file.ts"

/** The source of a file's stream: reads the file, or has the kernel move it. */
export class FileReading implements UnderlyingByteSource, Movable {
  readonly type = "bytes"
  readonly #openFile: () => Promise<OpenFile>
  readonly #start: number
  /** The position after its last byte; undefined until the file is open, unless the caller gave it. */
  #end: number | undefined
  #position: number
  /** Kept outside the stream, so that the file can be closed after the stream was collected. */
  readonly held: { file?: OpenFile } = {}
  #opening: Promise<OpenFile> | undefined
  #controller: ReadableByteStreamController | undefined
  #open = true
  #settled: Promise<void> = Promise.resolve()

  /** `openFile` is called once, at the first read. */
  constructor(openFile: () => Promise<OpenFile>, start: number, end: number | undefined) {
    this.#openFile = openFile
    this.#start = this.#position = start
    this.#end = end
  }

  /** Reads a range of a file that is open already. It is the stream's from now on. */
  static of(file: OpenFile, start: number, end: number): FileReading {
    const reading = new FileReading(() => Promise.resolve(file), start, end)
    reading.held.file = file
    return reading
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

  get bytesLeft(): number | undefined {
    return this.#end === undefined ? undefined : this.#end - this.#position + this.queuedBytes
  }

  /** The next byte that is neither in the stream nor moved. */
  get position(): number {
    return this.#position
  }

  /** The position after its last byte, once the file is open. */
  get end(): number {
    return this.#end ?? this.#position
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

  async prepare({ queue, stack }: Connection): Promise<Move | undefined> {
    if (!hasFiles(stack.kernel)) return undefined
    const opened = queue.awaitFile()
    try {
      const file = await this.#opened()
      // A stream that has failed has closed its file, and the number may be another file's by now.
      if (!this.#open) return undefined
      // A file without a size was read to find its size.
      if (file.content !== undefined || this.#position === this.#end) return undefined
      return new FileMove(this, stack.kernel, file)
    } catch (failure) {
      this.fail(failure)
      throw failure
    } finally {
      opened()
    }
  }

  /** The kernel has moved this many bytes past the stream. */
  moved(bytes: number): void {
    this.#position += bytes
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

  async #fill(controller: ReadableByteStreamController): Promise<void> {
    try {
      const file = await this.#opened()
      if (!this.#open) return
      const request = controller.byobRequest
      // autoAllocateChunkSize is not used: a request that it made stays in the stream at the end, and blocks
      // every later BYOB read (ReadableByteStreamControllerRespondInClosedState).
      const view = request?.view ?? this.#chunk()
      const n = await this.#read(file, view)
      if (!this.#open) return
      this.#position += n
      if (this.#position === this.end) file.close()
      if (n === 0) {
        this.finish()
        // Closing does not complete a BYOB read; responding does. One may have been made meanwhile.
        controller.byobRequest?.respond(0)
      } else if (request !== null) request.respond(n)
      else controller.enqueue(new Uint8Array(view.buffer as ArrayBuffer, 0, n))
    } catch (failure) {
      // A failed stream never calls `pull` again.
      this.#close()
      throw failure
    }
  }

  #chunk(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Math.min(chunkBytes, this.end - this.#position))
  }

  async #read(
    file: OpenFile,
    { buffer, byteOffset, byteLength }: ArrayBufferView,
  ): Promise<number> {
    const length = Math.min(byteLength, this.end - this.#position)
    if (length === 0) return 0
    const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
    if (file.content !== undefined) {
      view.set(file.content.subarray(this.#position, this.#position + length))
      return length
    }
    const sent = this.#position - this.#start
    const all = this.end - this.#start
    const n = await file.read(view, this.#position).catch((cause) => {
      throw failed(file.name, cause, sent, all)
    })
    if (n > 0) return n
    throw new ZerowireError(new FileFailed(file.name, "SHRUNK", sent, all))
  }

  async #opened(): Promise<OpenFile> {
    this.#opening ??= this.#openFile()
    const file = await this.#opening
    if (this.held.file === undefined) {
      this.held.file = file
      if (!this.#open || file.content !== undefined) file.close()
      this.#end = file.range(this.#start, this.#end).end
    }
    return file
  }

  #close(): void {
    this.#open = false
    this.held.file?.close()
  }
}

/** Each chunk costs a switch to the thread that reads. At 64 KiB that is twice the cost of reading. */
const chunkBytes = 256 * 1024
