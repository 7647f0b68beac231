import { readIdentity, statxBytes } from "../../../ffi/abi/statx.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { FileCalls, FileIdentity } from "../port.ts"
import { LinuxByteCalls } from "./byte_calls.ts"

/** Sending files without reading them. */
export abstract class LinuxFileCalls extends LinuxByteCalls implements FileCalls {
  /** An offset in a file, and a number of bytes. */
  readonly #file: NativeMemory
  readonly #fileWords: BigUint64Array
  readonly #fileStatus: NativeMemory

  constructor(libc: Libc) {
    super(libc)
    const { backend } = libc
    this.#file = NativeMemory.allocate(backend, 16)
    this.#fileWords = new BigUint64Array(this.#file.buffer)
    this.#fileStatus = NativeMemory.allocate(backend, statxBytes)
  }

  sendFile(fd: number, file: number, offset: number, count: number): number {
    this.#fileWords[0] = BigInt(offset)
    return this.libc.sendfile(fd, file, this.#file, count)
  }

  cachedPages(file: number, offset: number, length: number): number {
    this.#fileWords[0] = BigInt(offset)
    this.#fileWords[1] = BigInt(length)
    const n = this.libc.cachestat(file, this.#file, this.#fileStatus)
    // `nr_cache` is the first word of a struct cachestat.
    return n < 0 ? n : Number(new DataView(this.#fileStatus.buffer).getBigUint64(0, true))
  }

  identityOf(file: number): FileIdentity | undefined {
    const n = this.libc.statx(file, linux.STATX_INO, this.#fileStatus)
    return n < 0 ? undefined : readIdentity(this.#fileStatus.buffer)
  }
}
