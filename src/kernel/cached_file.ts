import type { FileHandle } from "node:fs/promises"
import type { FileExtent, FileIdentity } from "../../ffi/abi/statx.ts"
import * as linux from "../../ffi/constants.ts"
import { builtin } from "./builtin.ts"
import type { CachedReader } from "./cached_reader.ts"

/** What is used of an open file, whoever has opened it. */
export type OpenedFile = Pick<FileHandle, "fd" | "stat" | "read" | "close">

/** What is known of a file that was just opened. */
export interface Extent extends FileExtent, FileIdentity {
  /** The id of its mount. */
  readonly mount: number
}

/** A regular file that was opened by libc. Its number is the kernel's. */
export class CachedFile implements OpenedFile {
  readonly fd: number
  readonly extent: Extent
  readonly #reader: CachedReader
  readonly #path: string
  /** The same file as the runtime has opened it; nothing if it may not. */
  #opened: Promise<OpenedFile | undefined> | undefined

  constructor(reader: CachedReader, fd: number, path: string, extent: Extent) {
    this.#reader = reader
    this.fd = fd
    this.#path = path
    this.extent = extent
  }

  readonly stat = ((options?: { readonly bigint?: boolean }) => {
    const { size, blocks, dev, ino, mtimeMs } = this.extent
    const numbers = { size, blocks, dev, ino, mtimeMs }
    const found = options?.bigint === true
      ? numbers
      : Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]))
    return Promise.resolve({ ...found, isFile: () => true, isDirectory: () => false })
  }) as unknown as FileHandle["stat"]

  /**
   * Reads `length` bytes at `position` without waiting for a disk. Returns nothing if that cannot be promised,
   * or if there are fewer.
   */
  readNow(length: number, position: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#reader.readNow(this.fd, length, position)
  }

  /** Reading can wait for a disk, so the runtime does that, on another thread. */
  readonly read = (async (
    view: Uint8Array<ArrayBuffer>,
    offset: number,
    length: number,
    position: number,
  ) => {
    this.#opened ??= this.#openAgain()
    const handle = await this.#opened
    if (handle !== undefined) return await handle.read(view, offset, length, position)
    // It was replaced or deleted since, and Deno, with permissions for some paths, lets nobody have it.
    const part = view.subarray(offset, offset + length)
    const n = await this.#reader.readElsewhere(this.fd, part, position)
    if (n < 0) throw Object.assign(new Error("it cannot be read"), { code: "EIO" })
    return { bytesRead: n, buffer: view }
  }) as FileHandle["read"]

  async close(): Promise<void> {
    this.#reader.descriptors.close(this.fd)
    await (await this.#opened)?.close()
  }

  async #openAgain(): Promise<OpenedFile | undefined> {
    for (const path of [this.#path, `/proc/self/fd/${this.fd}`]) {
      const handle = await builtin.fs.promises.open(path, linux.O_NONBLOCK).catch(absent)
      const found = await handle?.stat({ bigint: true }).catch(absent)
      if (found?.dev === this.extent.dev && found.ino === this.extent.ino) return handle
      await handle?.close()
    }
    return undefined
  }
}

const absent = (): undefined => undefined
