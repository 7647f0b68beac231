/**
 * Memory to call libc with: addresses, paths, vectors and messages.
 *
 * @module
 */
import { IovecArray, iovecBytes } from "../ffi/abi/iovec.ts"
import { MessageHeader, msghdrBytes } from "../ffi/abi/msghdr.ts"
import { sockaddrIn6Bytes, writeSockaddr } from "../ffi/abi/sockaddr.ts"
import * as linux from "../ffi/constants.ts"
import { libc as loaded } from "../ffi/libc.ts"
import { NativeMemory } from "../ffi/memory.ts"

export const libc = loaded()

export const allocate = (bytes: number): NativeMemory => NativeMemory.allocate(libc.backend, bytes)

export function ipv4(port: number): NativeMemory {
  const memory = allocate(sockaddrIn6Bytes)
  writeSockaddr(memory.buffer, { family: 4, address: "127.0.0.1", port, scope: 0 })
  return memory
}

export function path(text: string): NativeMemory {
  const memory = allocate(text.length + 1)
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer))
  return memory
}

export function vector(memories: readonly NativeMemory[], length?: number): IovecArray {
  const iovecs = new IovecArray(allocate(iovecBytes))
  memories.forEach((memory, i) => iovecs.set(i, memory, 0, length ?? memory.buffer.byteLength))
  return iovecs
}

export function send(fd: number, memory: NativeMemory): number {
  const iovecs = vector([memory])
  const header = new MessageHeader(allocate(msghdrBytes), iovecs.memory.address)
  return libc.sendmsg(fd, header, iovecs, 1, linux.MSG_NOSIGNAL)
}

export function receive(fd: number, memory: NativeMemory, flags = 0): number {
  const iovecs = vector([memory])
  const header = new MessageHeader(allocate(msghdrBytes), iovecs.memory.address)
  return libc.recvmsg(fd, header, iovecs, 1, flags | linux.MSG_DONTWAIT)
}

/** Asks how many bytes wait to be read (include/uapi/asm-generic/ioctls.h). */
export const FIONREAD = 0x541b
