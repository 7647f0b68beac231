import { IovecArray, iovecBytes } from "../../ffi/abi/iovec.ts"
import * as linux from "../../ffi/constants.ts"
import type { Descriptors } from "../../ffi/runtime/backend.ts"
import { errno } from "../../ffi/errno.ts"
import { type Libc, libraries } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"
import { isolateOf, type LinuxIsolate } from "./linux/isolate.ts"

/** Reads files by their descriptors, at once if nothing has to wait for that, or on another thread. */
export class CachedReader {
  readonly #libc: Libc
  readonly #isolate: LinuxIsolate
  readonly #iovecs: IovecArray
  readonly #range: NativeMemory
  readonly #statistics: NativeMemory
  /** Memory to read into. */
  readonly #now: NativeMemory
  #lastRead: Promise<unknown> = Promise.resolve()
  #elsewhere: NativeMemory | undefined

  constructor(libc: Libc) {
    this.#libc = libc
    this.#isolate = isolateOf(libc)
    this.#iovecs = new IovecArray(NativeMemory.allocate(libc.backend, iovecBytes))
    this.#range = NativeMemory.allocate(libc.backend, 16)
    this.#statistics = NativeMemory.allocate(libc.backend, 40)
    this.#now = NativeMemory.allocate(libc.backend, mostNow)
  }

  get descriptors(): Descriptors {
    return this.#isolate.descriptors
  }

  /**
   * Reads `length` bytes of `fd` at `position` without waiting for a disk. Returns nothing if they are not in
   * memory, if nobody can tell, if there are fewer, and for more than `mostNow`.
   */
  readNow(fd: number, length: number, position: number): Uint8Array<ArrayBuffer> | undefined {
    if (length > mostNow) return undefined
    const n = this.#readNow(fd, length, position)
    // Asking for the address of other memory each time would take longer than this copy.
    return n === length ? new Uint8Array(this.#now.buffer).slice(0, length) : undefined
  }

  #readNow(fd: number, length: number, position: number): number {
    this.#iovecs.set(0, this.#now, 0, length)
    const n = this.#libc.preadv2(fd, this.#iovecs, 1, position, linux.RWF_NOWAIT)
    if (n !== -errno.EOPNOTSUPP) return n
    // tmpfs and overlayfs do not have the flag. Of overlayfs, cachestat(2) finds nothing.
    if (!this.#isCached(fd, length, position)) return -errno.EAGAIN
    return this.#libc.preadv2(fd, this.#iovecs, 1, position, 0)
  }

  #isCached(fd: number, length: number, position: number): boolean {
    const range = new BigUint64Array(this.#range.buffer)
    range[0] = BigInt(position)
    range[1] = BigInt(length)
    if (this.#libc.cachestat(fd, this.#range, this.#statistics) < 0) return false
    const pages = Math.ceil((position + length) / pageBytes) - Math.floor(position / pageBytes)
    // `nr_cache` is the first word of a struct cachestat.
    return new BigUint64Array(this.#statistics.buffer)[0] >= BigInt(pages)
  }

  /**
   * Whether `readElsewhere` has memory to read into. A call that is under way when an isolate ends writes
   * to it later.
   */
  get readsReplaced(): boolean {
    return this.#isolate.end === "process" || this.#isolate.mapsOutsideHeap
  }

  /** As `readNow`, on another thread, where it may wait. One call at a time. */
  readElsewhere(fd: number, view: Uint8Array, position: number): Promise<number> {
    const read = this.#lastRead.then(() => this.#readElsewhere(fd, view, position))
    this.#lastRead = read
    return read
  }

  async #readElsewhere(fd: number, view: Uint8Array, position: number): Promise<number> {
    const memory = this.#elsewhere ??= this.#isolate.memoryForThreads(elsewhereBytes)
    const length = Math.min(view.byteLength, elsewhereBytes)
    const courier = this.#libc.backend.courier(libraries)
    try {
      const n = await new Promise<number>((resolve) =>
        courier.read(fd, memory.address, length, position, resolve)
      )
      if (n > 0) view.set(new Uint8Array(memory.buffer, 0, n))
      return n
    } finally {
      courier.close()
    }
  }
}

/** The smallest page size. With larger pages fewer are counted, and the file is read in another way. */
const pageBytes = 4096
/** A larger part of a file is better sent from the page cache than copied twice. */
const mostNow = 64 * 1024
const elsewhereBytes = 256 * 1024
