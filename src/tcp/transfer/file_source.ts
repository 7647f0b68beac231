import { FileFailed, Unsupported, ZerowireError } from "../../error/mod.ts"
import { errno, type Kernel } from "../../kernel/port.ts"
import { type FileBytes, fileCallBytes, type Piece } from "../../pieces/mod.ts"
import type { GivenFile } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"

/**
 * An open file that the kernel sends from its page cache. The runtime first reads bytes that are not in
 * memory yet, because sendfile(2) would wait for the disk on the JavaScript thread.
 */
export class FileSource implements FileBytes {
  readonly file: OpenFile
  readonly pipe = undefined
  readonly endsEarly: boolean = false
  readonly #kernel: Kernel
  #wake: () => void = () => {}
  #failure: ZerowireError | undefined
  /** The range that was read last. It counts as in memory, even if the kernel has evicted it since. */
  #readFrom = 0
  #readTo = 0
  #reading = false
  /** The end of a range that was just found in memory, and where it begins; forgotten when others may run. */
  #seenTo = 0
  #seenFrom = 0

  /** @throws {ZerowireError} Unsupported if the kernel cannot send from this file. */
  constructor(kernel: Kernel, file: OpenFile) {
    this.#kernel = kernel
    this.file = file
    if (file.isCached) return
    // If the number meant another file to the kernel than to the runtime, that file would be sent.
    const found = kernel.identityOf(file.fd)
    const { dev, ino } = file.identity
    if (found?.dev !== dev || found.ino !== ino) throw noDescriptor(file.name)
  }

  /**
   * Opens a regular file.
   *
   * @throws {TypeError} if it is not a file.
   * @throws {ZerowireError} FileFailed, PermissionDenied, Unsupported
   */
  static async open(kernel: Kernel, given: GivenFile): Promise<FileSource> {
    if (!hasFiles(kernel)) throw noDescriptor(given.name)
    const file = await OpenFile.open(given)
    try {
      return new FileSource(kernel, file)
    } catch (failure) {
      file.close()
      throw failure
    }
  }

  /** As `open`, if nothing has to wait for that. */
  static openNow(kernel: Kernel, given: GivenFile): FileSource | undefined {
    const file = hasFiles(kernel) ? OpenFile.openNow(given) : undefined
    return file && new FileSource(kernel, file)
  }

  get fd(): number {
    return this.file.fd
  }

  /** Calls `wake` whenever bytes that were not ready have become ready. */
  onReady(wake: () => void): void {
    this.#wake = wake
  }

  ready(offset: number, length: number): boolean {
    if (offset >= this.#readFrom && offset + length <= this.#readTo) return true
    if (offset === this.#seenFrom && offset + length <= this.#seenTo) return true
    const pages = Math.ceil((offset + length) / pageBytes) - Math.floor(offset / pageBytes)
    if (this.#kernel.cachedPages(this.fd, offset, length) >= pages) {
      this.#see(offset, length)
      return true
    }
    if (!this.#reading) this.#read(offset)
    return false
  }

  keepOpen(): () => void {
    return this.file.keepOpen()
  }

  failed(code: string, { length, remaining }: Piece): ZerowireError {
    this.#failure = new ZerowireError(
      new FileFailed(this.file.name, code, length - remaining, length),
    )
    return this.#failure
  }

  /** Why no more of it could be sent. */
  get failure(): ZerowireError | undefined {
    return this.#failure
  }

  release(): void {
    this.file.close()
  }

  orphan(): void {}

  quarantine(): void {}

  /** A header that is sent with MSG_MORE asks first, and then the file that follows it at once. */
  #see(offset: number, length: number): void {
    this.#seenFrom = offset
    this.#seenTo = offset + length
    queueMicrotask(() => this.#seenTo = 0)
  }

  #read(offset: number): void {
    this.#reading = true
    const end = () => {
      this.#reading = false
      // Also if less was read, or nothing: the kernel then reports what is wrong with the file.
      this.#readFrom = offset
      this.#readTo = offset + readBytes
      this.#wake()
    }
    scratch ??= new Uint8Array(readBytes)
    this.file.read(scratch, offset).then(end, end)
  }
}

/** Whether this kernel sends files. A simulated kernel has none. */
export const hasFiles = (kernel: Kernel): boolean =>
  ![-errno.ENOSYS, -errno.EOPNOTSUPP].includes(answerOf(kernel))

/** Whether files are to be read and copied, because the sockets are the runtime's. */
export const copiesFiles = (kernel: Kernel): boolean => answerOf(kernel) === -errno.EOPNOTSUPP

/** What a kernel says to sending a file that is none, which it is asked once. */
function answerOf(kernel: Kernel): number {
  const known = answers.get(kernel)
  if (known !== undefined) return known
  const answer = kernel.sendFile(-1, -1, 0, 1)
  answers.set(kernel, answer)
  return answer
}

const answers = new WeakMap<Kernel, number>()

function noDescriptor(path: string): ZerowireError {
  const message =
    `Cannot send "${path}": this runtime or kernel provides no file descriptor for it. ` +
    "Pipe a stream of the file to `writable` instead"
  return new ZerowireError(new Unsupported(message))
}

const readBytes = 2 * fileCallBytes

/** The smallest page size. With larger pages, `cachedPages` counts fewer, and bytes are read once more. */
const pageBytes = 4096

/** All files are read into this one buffer, because nobody looks at its contents. */
let scratch: Uint8Array<ArrayBuffer> | undefined
