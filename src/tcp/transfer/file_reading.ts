import { FileFailed, ZerowireError } from "../../error/mod.ts"
import type { Connection } from "../connection/connection.ts"
import type { Movable, Move } from "../streams/short_pipe.ts"
import { FileMove } from "./file_move.ts"
import { copiesFiles, hasFiles } from "./file_source.ts"
import { FileStreamSource } from "./file_stream_source.ts"
import { failed, type OpenFile } from "./open_file.ts"

/** The source of a file's stream: reads the file, or has the kernel move it. */
export class FileReading extends FileStreamSource implements Movable {
  readonly #openFile: () => Promise<OpenFile>
  readonly #openFileNow: (() => OpenFile | undefined) | undefined
  readonly #start: number
  /** The position after its last byte; undefined until the file is open, unless the caller gave it. */
  #end: number | undefined
  #position: number
  readonly held: { file?: OpenFile } = {}
  #opening: Promise<OpenFile> | undefined

  /**
   * `openFile` is called once, at the first read. `openFileNow` is called before it and may return nothing, if
   * opening the file could wait.
   */
  constructor(
    openFile: () => Promise<OpenFile>,
    start: number,
    end: number | undefined,
    openFileNow?: () => OpenFile | undefined,
  ) {
    super()
    this.#openFile = openFile
    this.#openFileNow = openFileNow
    this.#start = this.#position = start
    this.#end = end
  }

  /** Reads a range of a file that is open already. It is the stream's from now on. */
  static of(file: OpenFile, start: number, end: number): FileReading {
    const reading = new FileReading(() => Promise.resolve(file), start, end)
    reading.held.file = file
    return reading
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

  takeNow(most: number, wanted: number | undefined): Uint8Array<ArrayBuffer> | undefined {
    const file = this.#openNow()
    if (file === undefined || file.content !== undefined) return undefined
    const length = this.end - this.#position
    if (length === 0 || length > most || length !== (wanted ?? length)) return undefined
    const bytes = file.readNow(length, this.#position)
    if (bytes !== undefined) this.moved(length)
    return bytes
  }

  prepareNow({ stack }: Connection): Move | undefined {
    if (!hasFiles(stack.kernel)) return undefined
    const file = this.#openNow()
    const isMoved = file?.isCached === true && this.#position < this.end
    return isMoved ? new FileMove(this, stack.kernel, file) : undefined
  }

  async prepare(connection: Connection): Promise<Move | undefined> {
    const { queue, stack } = connection
    const now = this.prepareNow(connection)
    if (now !== undefined) return now
    if (!hasFiles(stack.kernel) && !copiesFiles(stack.kernel)) return undefined
    const opened = queue.flush.await()
    try {
      const file = await this.#opened()
      // A stream that has failed has closed its file, and the number may be another file's by now.
      if (!this.open) return undefined
      if (!hasFiles(stack.kernel)) return undefined
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

  protected async readable(): Promise<number> {
    await this.#opened()
    return this.end - this.#position
  }

  protected async read({ buffer, byteOffset }: ArrayBufferView, length: number): Promise<number> {
    const file = await this.#opened()
    const view = new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
    const position = this.#position
    const n = file.content === undefined
      ? await this.#readFile(file, view)
      : copy(file.content.subarray(position, position + length), view)
    if (position + n === this.end) file.close()
    return n
  }

  async #readFile(file: OpenFile, view: Uint8Array): Promise<number> {
    const sent = this.#position - this.#start
    const all = this.end - this.#start
    const n = await file.read(view, this.#position).catch((cause) => {
      throw failed(file.name, cause, sent, all)
    })
    if (n > 0) return n
    throw new ZerowireError(new FileFailed(file.name, "SHRUNK", sent, all))
  }

  /** The file, if it is open, or can be opened without waiting, and nobody is reading it. */
  #openNow(): OpenFile | undefined {
    if (!this.idle || this.held.file !== undefined) return this.idle ? this.held.file : undefined
    if (this.#opening !== undefined) return undefined
    const file = this.#openFileNow?.()
    if (file === undefined) return undefined
    this.#opening = Promise.resolve(file)
    try {
      this.#end = file.range(this.#start, this.#end).end
    } catch {
      // `#opened` will tell.
      return undefined
    }
    return this.held.file = file
  }

  async #opened(): Promise<OpenFile> {
    this.#opening ??= this.#openFile()
    const file = await this.#opening
    if (this.held.file === undefined) {
      this.held.file = file
      if (!this.open || file.content !== undefined) file.close()
      this.#end = file.range(this.#start, this.#end).end
    }
    return file
  }
}

function copy(from: Uint8Array, to: Uint8Array): number {
  to.set(from)
  return from.byteLength
}
