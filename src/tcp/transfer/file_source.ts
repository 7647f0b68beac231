import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { FileFailed, PermissionDenied, Unsupported, ZerowireError } from "../../error/mod.ts"
import { errno, type Kernel } from "../../kernel/port.ts"
import { type FileBytes, fileCallBytes, type Piece } from "../../pieces/mod.ts"
import { type Extent, extentOf } from "./unsized_file.ts"

/**
 * An open file whose bytes are sent in place.
 *
 * The runtime opens it, so that its permissions hold, symbolic links and all; and it reads it, on a
 * thread of its own, where bytes are not in memory yet: sendfile(2) would wait for the disk on the
 * thread of JavaScript.
 */
export class FileSource implements FileBytes {
  readonly fd: number
  readonly path: string
  /** Bytes of the file when it was opened. */
  readonly size: number
  /** All of its bytes, where sendfile(2) is not to be trusted with them; see `extentOf`. */
  readonly content: Uint8Array<ArrayBuffer> | undefined
  readonly #kernel: Kernel
  readonly #handle: FileHandle
  #wake: () => void = () => {}
  #failure: ZerowireError | undefined
  /** What was read last: it counts as in memory, whatever the kernel says. */
  #readFrom = 0
  #readTo = 0
  #reading = false
  #released = false

  /** Takes over `handle`, which is of a regular file. */
  private constructor(kernel: Kernel, handle: FileHandle, path: string, extent: Extent) {
    this.fd = handle.fd
    this.path = path
    this.size = extent.size
    this.content = extent.content
    this.#kernel = kernel
    this.#handle = handle
  }

  /**
   * Opens a regular file.
   *
   * @throws {ZerowireError} FileFailed, PermissionDenied, Unsupported
   */
  static async open(kernel: Kernel, path: string): Promise<FileSource> {
    // The simulated kernel has no files.
    if (kernel.sendFile(-1, -1, 0, 1) === -errno.ENOSYS) throw noDescriptor(path)
    // Without O_NONBLOCK, a FIFO that nobody writes to would never open.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK
    const handle = await open(path, flags).catch((cause) => {
      throw openFailed(path, cause)
    })
    try {
      return new FileSource(kernel, handle, path, await checkedExtent(kernel, handle, path))
    } catch (failure) {
      await handle.close()
      throw failure
    }
  }

  /** Calls `wake` whenever bytes that were not ready have come to be. */
  onReady(wake: () => void): void {
    this.#wake = wake
  }

  /** Whether these bytes can be sent without waiting for a disk. If not, they are read. */
  ready(offset: number, length: number): boolean {
    if (offset >= this.#readFrom && offset + length <= this.#readTo) return true
    const pages = Math.ceil((offset + length) / pageBytes) - Math.floor(offset / pageBytes)
    if (this.#kernel.cachedPages(this.fd, offset, length) >= pages) return true
    if (!this.#reading) this.#read(offset)
    return false
  }

  /** The error of a file that cannot be sent on. */
  failed(code: string, { length, remaining }: Piece): ZerowireError {
    this.#failure = new ZerowireError(new FileFailed(this.path, code, length - remaining, length))
    return this.#failure
  }

  /** Why it could not be sent on. */
  get failure(): ZerowireError | undefined {
    return this.#failure
  }

  release(): void {
    this.#released = true
    if (!this.#reading) this.#close()
  }

  orphan(): void {}

  quarantine(): void {}

  #read(offset: number): void {
    this.#reading = true
    const end = () => {
      this.#reading = false
      // Also when less was read, or nothing: what is wrong with the file, the kernel says then.
      this.#readFrom = offset
      this.#readTo = offset + readBytes
      if (this.#released) this.#close()
      else this.#wake()
    }
    scratch ??= new Uint8Array(readBytes)
    this.#handle.read(scratch, 0, readBytes, offset).then(end, end)
  }

  #close(): void {
    // The bytes were sent, or are known not to be: nothing that closing says matters.
    this.#handle.close().catch(() => {})
  }
}

async function checkedExtent(kernel: Kernel, handle: FileHandle, path: string): Promise<Extent> {
  const found = await handle.stat({ bigint: true })
  if (!found.isFile()) {
    const code = found.isDirectory() ? "EISDIR" : "NOT_A_FILE"
    throw new ZerowireError(new FileFailed(path, code))
  }
  // A number that meant something else to the kernel than to the runtime would send another file.
  const file = kernel.identityOf(handle.fd)
  if (file?.dev !== found.dev || file.ino !== found.ino) throw noDescriptor(path)
  return await extentOf(handle, found).catch((cause) => {
    throw openFailed(path, cause)
  })
}

function noDescriptor(path: string): ZerowireError {
  const message = `Cannot send "${path}": this runtime or kernel has no file descriptor for it. ` +
    "Pipe a stream of the file to `writable` instead"
  return new ZerowireError(new Unsupported(message))
}

function openFailed(path: string, cause: unknown): ZerowireError {
  const { name, message, code } = cause as Error & { code?: string }
  if (name === "NotCapable" || name === "PermissionDenied" && code === undefined) {
    return new ZerowireError(new PermissionDenied(message), cause)
  }
  return new ZerowireError(new FileFailed(path, code ?? name ?? String(cause)), cause)
}

const readBytes = 2 * fileCallBytes

/** The least that a page is. Where they are larger there are fewer, and bytes are read once more. */
const pageBytes = 4096

/** What is read is not looked at, so everybody reads to the same place. */
let scratch: Uint8Array<ArrayBuffer> | undefined
