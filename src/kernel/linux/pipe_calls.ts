import { IovecArray, iovecBytes } from "../../../ffi/abi/iovec.ts"
import { MessageHeader, msghdrBytes } from "../../../ffi/abi/msghdr.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Memory, Pipe, PipeCalls } from "../port.ts"
import { LinuxFileCalls } from "./file_calls.ts"

/** Moving bytes through a pipe. */
export abstract class LinuxPipeCalls extends LinuxFileCalls implements PipeCalls {
  /** Numbers of the ends of a pipe. */
  readonly #ends: NativeMemory
  /** One byte that is looked at, and not received. */
  readonly #byte: NativeMemory
  readonly #receive: IovecArray
  readonly #receiveHeader: MessageHeader

  constructor(libc: Libc) {
    super(libc)
    const { backend } = libc
    this.#ends = NativeMemory.allocate(backend, 8)
    this.#byte = NativeMemory.allocate(backend, 1)
    this.#receive = new IovecArray(NativeMemory.allocate(backend, iovecBytes))
    const header = NativeMemory.allocate(backend, msghdrBytes)
    this.#receiveHeader = new MessageHeader(header, this.#receive.memory.address)
  }

  pipe(bytes: number): Pipe | number {
    const n = this.libc.pipe2(this.#ends, linux.O_NONBLOCK | linux.O_CLOEXEC)
    if (n < 0) return n
    const [first, second] = new Int32Array(this.#ends.buffer)
    const readEnd = this.keep(first)
    const writeEnd = this.keep(second)
    if (readEnd < 0 || writeEnd < 0) {
      // What cannot be kept is closed.
      for (const fd of [readEnd, writeEnd]) if (fd >= 0) this.close(fd)
      return Math.min(readEnd, writeEnd)
    }
    // Refused for more than /proc/sys/fs/pipe-max-size, and for who has many pipes; it stays as it is then.
    this.libc.fcntl(writeEnd, linux.F_SETPIPE_SZ, bytes)
    return { readEnd, writeEnd, capacity: this.libc.fcntl(writeEnd, linux.F_GETPIPE_SZ, 0) }
  }

  fillPipe(writeEnd: number, fd: number, count: number): number {
    // The flag is for the pipe; a socket that may wait would (`tcp_splice_read` in net/ipv4/tcp.c), but
    // not when there are bytes, or the end.
    if (this.waiting.has(fd)) {
      const n = this.#peek(fd)
      if (n < 0) return n
    }
    return this.libc.splice(fd, writeEnd, count, moving)
  }

  drainPipe(readEnd: number, fd: number, count: number): number {
    return this.libc.splice(readEnd, fd, count, moving)
  }

  readPipe(readEnd: number, memory: Memory, offset: number, length: number): number {
    return this.libc.read(readEnd, memory as NativeMemory, offset, length)
  }

  /** Whether a byte is there to receive, or the end; `-EAGAIN` when there is neither. */
  #peek(fd: number): number {
    this.#receive.set(0, this.#byte, 0, 1)
    const flags = linux.MSG_DONTWAIT | linux.MSG_PEEK
    const n = this.libc.recvmsg(fd, this.#receiveHeader, this.#receive, 1, flags)
    this.#receive.clear()
    return n
  }
}

const moving = linux.SPLICE_F_MOVE | linux.SPLICE_F_NONBLOCK
