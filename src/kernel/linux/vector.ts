import { IovecArray, iovecBytes } from "../../../ffi/abi/iovec.ts"
import { MessageHeader, msghdrBytes, msghdrOffset } from "../../../ffi/abi/msghdr.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import type { NativeMemory } from "../../../ffi/memory.ts"
import type { Memory, Vector } from "../port.ts"
import type { LinuxIsolate } from "./isolate.ts"

export class LinuxVector implements Vector {
  readonly capacity: number
  readonly #libc: Libc
  readonly #iovecs: IovecArray
  readonly header: MessageHeader

  constructor(libc: Libc, isolate: LinuxIsolate, capacity: number) {
    this.capacity = capacity
    this.#libc = libc
    this.#iovecs = new IovecArray(isolate.memoryForThreads(capacity * iovecBytes))
    const memory = isolate.memoryForThreads(headerBytes)
    this.header = new MessageHeader(memory, this.#iovecs.memory.address)
    // A late courier must not send this to another socket that has got the same number.
    isolate.clearAtEnd(memory, msghdrOffset.msg_iovlen)
  }

  set(index: number, memory: Memory, offset: number, length: number): void {
    this.#iovecs.set(index, memory as NativeMemory, offset, length)
  }

  send(fd: number, count: number, flags: number): number {
    return this.#libc.sendmsg(fd, this.header, this.#iovecs, count, flags)
  }

  clear(): void {
    this.#iovecs.clear()
  }
}

/** A header, and room for a whole signal set, because clearing one clears it (`ThreadEnd.clear`). */
const headerBytes = msghdrBytes + 128

const send = linux.MSG_NOSIGNAL | linux.MSG_DONTWAIT

/** Flags of sendmsg(2), indexed by the bits of `sendFlags`. */
export const messageFlags: readonly number[] = [
  send,
  send | linux.MSG_ZEROCOPY,
  send | linux.MSG_MORE,
  send | linux.MSG_ZEROCOPY | linux.MSG_MORE,
]
