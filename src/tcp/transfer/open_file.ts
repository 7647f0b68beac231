import type { FileHandle } from "node:fs/promises"
import { FileFailed, PermissionDenied, ZerowireError } from "../../error/mod.ts"
import type { FileIdentity } from "../../kernel/port.ts"
import type { GivenFile } from "./given_file.ts"
import { extentOf } from "./unsized_file.ts"

/**
 * A regular file that the runtime has opened, so that its permissions hold, symbolic links and all. It
 * also reads it, on a thread of its own: nothing here waits for a disk on the thread of JavaScript.
 */
export class OpenFile {
  readonly fd: number
  /** What messages call it. */
  readonly name: string
  /** Bytes of the file when it was opened. */
  readonly size: number
  /** All of its bytes, where sendfile(2) is not to be trusted with them; see `extentOf`. */
  readonly content: Uint8Array<ArrayBuffer> | undefined
  readonly identity: FileIdentity
  readonly #handle: FileHandle
  #users = 0
  #state: "open" | "closing" | "closed" = "open"

  private constructor(handle: FileHandle, name: string, found: Found) {
    this.fd = handle.fd
    this.name = name
    this.size = found.size
    this.content = found.content
    this.identity = found.identity
    this.#handle = handle
  }

  /** @throws {ZerowireError} FileFailed, PermissionDenied */
  static async open(file: GivenFile): Promise<OpenFile> {
    const { name } = file
    let handle: FileHandle | undefined
    try {
      handle = await file.open()
      return new OpenFile(handle, name, await find(handle))
    } catch (failure) {
      await handle?.close()
      // What was no file at all is the caller's mistake.
      throw failure instanceof TypeError ? failure : failed(name, failure)
    }
  }

  /** The part of it from `start` to `end`, or to its end.
   *
   * @throws {ZerowireError} FileFailed for a range that it has not got.
   */
  range(start: number, end = this.size): { readonly start: number; readonly end: number } {
    if (Math.max(start, end) <= this.size) return { start, end }
    throw new ZerowireError(
      new FileFailed(this.name, "PAST_END", 0, Math.max(0, end - start)),
    )
  }

  /**
   * Reads into `view`, from `offset` of the file on, and answers how many bytes; 0 at the end.
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

  /** Keeps it open until what this answers is called, which is to be once. */
  keepOpen(): () => void {
    this.#users++
    return () => {
      this.#users--
      if (this.#state === "closing") this.close()
    }
  }

  /** Closes it once nobody needs it open any more. A second time has no effect. */
  close(): void {
    if (this.#state === "closed") return
    this.#state = this.#users === 0 ? "closed" : "closing"
    // What closing says does not matter: the bytes were sent, or are known not to be.
    if (this.#state === "closed") this.#handle.close().catch(() => {})
  }
}

interface Found {
  readonly size: number
  readonly content?: Uint8Array<ArrayBuffer>
  readonly identity: FileIdentity
}

/** What there is to know of it. */
async function find(handle: FileHandle): Promise<Found> {
  const found = await handle.stat({ bigint: true })
  if (!found.isFile()) {
    const code = found.isDirectory() ? "EISDIR" : "NOT_A_FILE"
    throw Object.assign(new Error(code), { code })
  }
  return { ...await extentOf(handle, found), identity: { dev: found.dev, ino: found.ino } }
}

/** The error of a file that the runtime does not open or read, or not for this program. */
export function failed(path: string, cause: unknown, sent = 0, range = 0): ZerowireError {
  const { name, message, code } = cause as Error & { code?: string }
  if (name === "NotCapable" || name === "PermissionDenied" && code === undefined) {
    return new ZerowireError(new PermissionDenied(message), cause)
  }
  const reason = new FileFailed(path, code ?? name ?? String(cause), sent, range)
  return new ZerowireError(reason, cause)
}
