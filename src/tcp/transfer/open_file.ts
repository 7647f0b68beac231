import type { OpenedFile } from "../../kernel/mod.ts"
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

  private constructor(handle: OpenedFile, name: string, found: Found) {
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
      return new OpenFile(handle, name, await find(handle))
    } catch (failure) {
      await handle?.close()
      // A TypeError is the caller's mistake: the value was not a file.
      throw failure instanceof TypeError ? failure : failed(name, failure)
    }
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
