import type { IovecArray } from "../abi/iovec.ts"
import type { ControlBatch, MessageHeader } from "../abi/msghdr.ts"
import type { NativeMemory } from "../memory.ts"
import { LoadedLibc } from "./loaded.ts"

/** Calls on sockets. */
export abstract class SocketCalls extends LoadedLibc {
  socket(domain: number, type: number, protocol: number): number {
    return this.result(this.calls.socket(domain, type, protocol))
  }

  /** `length` bytes of `name` are a `struct sockaddr`. */
  bind(fd: number, name: NativeMemory, length: number): number {
    name.check(0, length)
    return this.result(this.calls.bind(fd, name.address, length))
  }

  listen(fd: number, backlog: number): number {
    return this.result(this.calls.listen(fd, backlog))
  }

  /** Does not fetch the peer's name; `getpeername` does. */
  accept4(fd: number, flags: number): number {
    return this.result(this.calls.accept4(fd, this.nullAddress, this.nullAddress, flags))
  }

  connect(fd: number, name: NativeMemory, length: number): number {
    name.check(0, length)
    return this.result(this.calls.connect(fd, name.address, length))
  }

  /** Writes a `struct sockaddr` into `name` and returns its length, even if it is longer than `name`. */
  getsockname(fd: number, name: NativeMemory): number {
    const length = this.roomFor(name)
    return this.filled(this.calls.getsockname(fd, name.address, length))
  }

  /** The same of the peer. */
  getpeername(fd: number, name: NativeMemory): number {
    const length = this.roomFor(name)
    return this.filled(this.calls.getpeername(fd, name.address, length))
  }

  /** Fills `value` and returns how many bytes were written. */
  getsockopt(fd: number, level: number, option: number, value: NativeMemory): number {
    const length = this.roomFor(value)
    return this.filled(this.calls.getsockopt(fd, level, option, value.address, length))
  }

  setsockopt(fd: number, level: number, option: number, value: NativeMemory): number {
    const length = value.buffer.byteLength
    return this.result(this.calls.setsockopt(fd, level, option, value.address, length))
  }

  send(fd: number, memory: NativeMemory, offset: number, length: number, flags: number): number {
    const start = this.start(memory, offset, length)
    return this.result(this.calls.send(fd, start, this.backend.size(length), flags))
  }

  recv(fd: number, memory: NativeMemory, offset: number, length: number, flags: number): number {
    const start = this.start(memory, offset, length)
    return this.result(this.calls.recv(fd, start, this.backend.size(length), flags))
  }

  /** Sends the first `count` elements of `iovecs`; `header` must have been created over them. */
  sendmsg(
    fd: number,
    header: MessageHeader,
    iovecs: IovecArray,
    count: number,
    flags: number,
  ): number {
    checkCount(iovecs, count)
    header.setCount(count)
    return this.result(this.calls.sendmsg(fd, header.memory.address, flags))
  }

  /** Receives into the memory that the first `count` elements of `iovecs` point to. */
  recvmsg(
    fd: number,
    header: MessageHeader,
    iovecs: IovecArray,
    count: number,
    flags: number,
  ): number {
    checkCount(iovecs, count)
    header.setCount(count)
    return this.result(this.calls.recvmsg(fd, header.memory.address, flags))
  }

  /** Receives control data into `batch`, and returns the number of messages. */
  recvmmsg(fd: number, batch: ControlBatch, flags: number): number {
    batch.reset()
    return this.result(
      this.calls.recvmmsg(fd, batch.headers.address, batch.capacity, flags, this.nullAddress),
    )
  }

  /** `name` has the bytes of a name and a final zero byte. libc returns 0 on failure. */
  if_nametoindex(name: NativeMemory): number {
    name.check(0, 1)
    const bytes = new Uint8Array(name.buffer)
    if (bytes.at(-1) !== 0) {
      throw new RangeError("Cannot look up a name without a final zero byte")
    }
    const index = this.calls.if_nametoindex(name.address)
    return index === 0 ? -this.errno() : index
  }

  shutdown(fd: number, how: number): number {
    return this.result(this.calls.shutdown(fd, how))
  }
}

/**
 * Checks that `iovecs` has `count` elements.
 *
 * @throws {RangeError} if it does not.
 */
export function checkCount(iovecs: IovecArray, count: number): void {
  if (count >= 0 && count <= iovecs.capacity) return
  throw new RangeError(`Cannot use ${count} elements of an iovec array of ${iovecs.capacity}`)
}
