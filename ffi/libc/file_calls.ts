import type { IovecArray } from "../abi/iovec.ts"
import { statxBytes } from "../abi/statx.ts"
import { AT_EMPTY_PATH } from "../constants.ts"
import type { NativeMemory } from "../memory.ts"
import { checkCount, SocketCalls } from "./socket_calls.ts"

/** Calls on files and pipes, and on file descriptors of any kind. */
export abstract class FileCalls extends SocketCalls {
  close(fd: number): number {
    return this.result(this.calls.close(fd))
  }

  /** Makes the number `fd` refer to the file of `source`, and closes its previous file. */
  dup3(source: number, fd: number, flags: number): number {
    return this.result(this.calls.dup3(source, fd, flags))
  }

  fcntl(fd: number, command: number, argument: number): number {
    return this.result(this.calls.fcntl(fd, command, argument))
  }

  /** `argument` is what the request reads or writes. Its size depends on the request. */
  ioctl(fd: number, request: number, argument: NativeMemory): number {
    argument.check(0, 1)
    return this.result(this.calls.ioctl(fd, request, argument.address))
  }

  /** `path` has the bytes of a path and a final zero byte. */
  open(path: NativeMemory, flags: number): number {
    path.check(0, 1)
    const bytes = new Uint8Array(path.buffer)
    if (bytes.at(-1) !== 0) throw new RangeError("Cannot open a path without a final zero byte")
    return this.result(this.calls.open(path.address, flags, 0))
  }

  /**
   * `openat2(2)`, which libc does not wrap, from the working directory. `path` has the bytes of a path and a
   * zero byte; `how` is a `struct open_how`.
   */
  openat2(path: NativeMemory, how: NativeMemory): number {
    path.check(0, 1)
    how.check(0, openHowBytes)
    if (!new Uint8Array(path.buffer).includes(0)) {
      throw new RangeError("Cannot open a path without a final zero byte")
    }
    return this.result(
      this.syscall(SYS_openat2, AT_FDCWD, path.address, how.address, openHowBytes),
    )
  }

  /** Writes what the symbolic link `path` says into `target`, without a closing zero byte. */
  readlink(path: NativeMemory, target: NativeMemory): number {
    path.check(0, 1)
    const bytes = new Uint8Array(path.buffer)
    if (bytes.at(-1) !== 0) throw new RangeError("Cannot read a link without a closing zero byte")
    target.check(0, 1)
    const room = target.buffer.byteLength
    return this.result(this.calls.readlink(path.address, target.address, room))
  }

  /** `offset` is an `off_t` that the call reads and advances. */
  sendfile(out: number, from: number, offset: NativeMemory, count: number): number {
    offset.check(0, 8)
    const size = this.backend.size(count)
    return this.result(this.calls.sendfile(out, from, offset.address, size))
  }

  /** Writes the file descriptors of both ends into `ends`, as two ints, the reading end first. */
  pipe2(ends: NativeMemory, flags: number): number {
    ends.check(0, 8)
    return this.result(this.calls.pipe2(ends.address, flags))
  }

  /** At least one of the two must be a pipe. No offsets are passed. */
  splice(from: number, to: number, count: number, flags: number): number {
    const size = this.backend.size(count)
    return this.result(
      this.calls.splice(from, this.nullAddress, to, this.nullAddress, size, flags),
    )
  }

  read(fd: number, memory: NativeMemory, offset: number, length: number): number {
    const start = this.start(memory, offset, length)
    return this.result(this.calls.read(fd, start, this.backend.size(length)))
  }

  /**
   * Reads into the memory of the first `count` elements of `iovecs`. `position` is where in the file to read,
   * whatever its own position is; `flags` are RWF_*.
   */
  preadv2(fd: number, iovecs: IovecArray, count: number, position: number, flags: number): number {
    checkCount(iovecs, count)
    const { address } = iovecs.memory
    return this.result(
      this.calls.preadv2(fd, address, count, this.backend.size(position), flags),
    )
  }

  /** Writes a `struct statx` of the file of `fd` into `status`. */
  statx(fd: number, mask: number, status: NativeMemory): number {
    status.check(0, statxBytes)
    new Uint8Array(this.scratch.buffer)[0] = 0
    return this.result(
      this.calls.statx(fd, this.scratch.address, AT_EMPTY_PATH, mask, status.address),
    )
  }

  /**
   * `cachestat(2)`, which libc does not wrap: writes a `struct cachestat` of the pages in `range`, a
   * `struct cachestat_range`, into `statistics`.
   */
  cachestat(fd: number, range: NativeMemory, statistics: NativeMemory): number {
    range.check(0, 16)
    statistics.check(0, 40)
    return this.result(
      this.syscall(SYS_cachestat, fd, range.address, statistics.address, 0),
    )
  }
}

/** The same number on every architecture, since Linux 6.5. */
const SYS_cachestat = 451
/** The same number on every architecture, since Linux 5.6. */
const SYS_openat2 = 437
/** Stands for the working directory (include/uapi/linux/fcntl.h). */
const AT_FDCWD = -100
/** sizeof(struct open_how) (include/uapi/linux/openat2.h). */
const openHowBytes = 24
