import { CachedFile, type OpenedFile } from "../../kernel/mod.ts"
import { FileFailed, PermissionDenied, ZerowireError } from "../../error/mod.ts"
import type { FileIdentity } from "../../kernel/port.ts"
import type { GivenFile } from "./given_file.ts"
import { extentOf } from "./unsized_file.ts"

/**
 * A regular file, opened by the runtime so that its permissions apply, also to symbolic links; or here, if
 * the runtime permits it and nothing has to be read from a disk for it. The runtime reads it on another
 * thread: nothing here waits for a disk on the JavaScript thread.
 */
export class OpenFile {
  readonly fd: number
  /** Its name in messages. */
  readonly name: string
  /** Bytes in the file when it was opened. */
  readonly size: number
  /** All of its bytes, if its size is not known without reading it; see `extentOf`. */
  readonly content: Uint8Array<ArrayBuffer> | undefined
  readonly identity: FileIdentity
  /** When its bytes were last changed, in milliseconds since 1970. */
  readonly modified: number
  readonly #handle: OpenedFile
  #users = 0
  #state: "open" | "closing" | "closed" = "open"

  /** Whether the kernel has opened it at our request, so that `fd` is the kernel's number. */
  readonly isCached: boolean

  private constructor(handle: OpenedFile, name: string, found: Found) {
    this.isCached = handle instanceof CachedFile
    this.fd = handle.fd
    this.name = name
    this.size = found.size
    this.content = found.content
    this.identity = found.identity
    this.modified = found.modified
    this.#handle = handle
  }

  /**
   * @throws {ZerowireError} FileFailed, PermissionDenied
   * @internal
   */
  static async open(file: GivenFile): Promise<OpenFile> {
    const { name } = file
    let handle: OpenedFile | undefined
    try {
      handle = await file.open()
      if (handle instanceof CachedFile) return OpenFile.#of(handle, name)
      return new OpenFile(handle, name, await find(handle))
    } catch (failure) {
      await handle?.close()
      // A TypeError is the caller's mistake: the value was not a file.
      throw failure instanceof TypeError ? failure : failed(name, failure)
    }
  }

  /**
   * Opens it at once; returns nothing where that could wait.
   *
   * @internal
   */
  static openNow({ name, openNow }: GivenFile): OpenFile | undefined {
    const handle = openNow?.()
    return handle && OpenFile.#of(handle, name)
  }

  static #of(handle: CachedFile, name: string): OpenFile {
    const { dev, ino, mtimeMs, size } = handle.extent
    const modified = Number(mtimeMs)
    return new OpenFile(handle, name, { size: Number(size), identity: { dev, ino }, modified })
  }

  /**
   * The range from `start` to `end`, or to the end of the file.
   *
   * @throws {ZerowireError} FileFailed if the file does not have that range.
   */
  range(start: number, end = this.size): { readonly start: number; readonly end: number } {
    if (Math.max(start, end) <= this.size) return { start, end }
    throw new ZerowireError(
      new FileFailed(this.name, "PAST_END", 0, Math.max(0, end - start)),
    )
  }

  /**
   * Reads into `view` from position `offset`. Resolves with the number of bytes; 0 at the end.
   *
   * @throws {Error} what the runtime throws.
   */
  async read(view: Uint8Array, offset: number): Promise<number> {
    const letGo = this.keepOpen()
    try {
      const { bytesRead } = await this.#handle.read(view, 0, view.byteLength, offset)
      return bytesRead
    } finally {
      letGo()
    }
  }

  /** `length` bytes from position `offset`, if they are there and nothing has to wait for them. */
  readNow(length: number, offset: number): Uint8Array<ArrayBuffer> | undefined {
    const handle = this.#handle
    return this.#state !== "closed" && handle instanceof CachedFile
      ? handle.readNow(length, offset)
      : undefined
  }

  /** Keeps the file open until the returned function is called. Call it exactly once. */
  keepOpen(): () => void {
    this.#users++
    return () => {
      this.#users--
      if (this.#state === "closing") this.close()
    }
  }

  /** Closes the file as soon as nobody keeps it open. Calling this again has no effect. */
  close(): void {
    if (this.#state === "closed") return
    this.#state = this.#users === 0 ? "closed" : "closing"
    // An error of closing changes nothing: whether the bytes were sent is already known.
    if (this.#state === "closed") this.#handle.close().catch(() => {})
  }
}

interface Found {
  readonly size: number
  readonly content?: Uint8Array<ArrayBuffer>
  readonly identity: FileIdentity
  readonly modified: number
}

/** The size, contents and identity of a regular file. */
async function find(handle: OpenedFile): Promise<Found> {
  const found = await handle.stat({ bigint: true })
  if (!found.isFile()) {
    const code = found.isDirectory() ? "EISDIR" : "NOT_A_FILE"
    throw Object.assign(new Error(code), { code })
  }
  return {
    ...await extentOf(handle, found),
    identity: { dev: found.dev, ino: found.ino },
    modified: Number(found.mtimeMs),
  }
}

/** The error for a file that the runtime cannot open or read, or may not. */
export function failed(path: string, cause: unknown, sent = 0, range = 0): ZerowireError {
  if (cause instanceof ZerowireError) return cause
  const { name, message, code } = cause as Error & { code?: string }
  if (name === "NotCapable" || name === "PermissionDenied" && code === undefined) {
    return new ZerowireError(new PermissionDenied(message), cause)
  }
  const reason = new FileFailed(path, code ?? name ?? String(cause), sent, range)
  return new ZerowireError(reason, cause)
}
