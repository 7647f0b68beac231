import type { Address, Backend } from "../runtime/backend.ts"
import { NativeMemory } from "../memory.ts"

/**
 * `struct msghdr` on both architectures (`include/linux/socket.h`, glibc's `bits/socket.h`): 56 bytes;
 * all lengths have 64 bits except `msg_namelen`.
 */
export const msghdrBytes = 56
/** `struct mmsghdr`: a `msghdr`, the number of bytes received, and padding. */
export const mmsghdrBytes = 64

export const msghdrOffset = {
  msg_name: 0,
  msg_namelen: 8,
  msg_iov: 16,
  msg_iovlen: 24,
  msg_control: 32,
  msg_controllen: 40,
  msg_flags: 48,
} as const

/** A `msghdr` over an iovec array, whose element count changes from call to call. */
export class MessageHeader {
  readonly memory: NativeMemory
  readonly #words: Uint32Array

  /** Creates one in the first bytes of `memory`. */
  constructor(memory: NativeMemory, iovecs: Address) {
    this.memory = memory
    writeAddress(this.memory.buffer, msghdrOffset.msg_iov, iovecs)
    this.#words = new Uint32Array(this.memory.buffer)
  }

  /** Sets how many elements of the iovec array the next call reads. */
  setCount(count: number): void {
    this.#words[msghdrOffset.msg_iovlen / 4] = count
  }
}

/** Room for the control data of each message, in bytes; see {@link ControlBatch}. */
export const controlBytes = 512

/**
 * A batch of `mmsghdr` for reading only control data, which is what the error queue delivers.
 *
 * 512 bytes per message: a notification is 48 (IPv4) or 60 (IPv6) and, with transmit timestamps, more
 * than 128. A record that does not fit is consumed anyway, and its ids are lost.
 */
export class ControlBatch {
  /** The most messages that one call reads. */
  readonly capacity: number
  readonly headers: NativeMemory
  readonly control: NativeMemory
  readonly #headerWords: Uint32Array

  constructor(backend: Backend, capacity: number) {
    this.capacity = capacity
    this.headers = NativeMemory.allocate(backend, capacity * mmsghdrBytes)
    this.control = NativeMemory.allocate(backend, capacity * controlBytes)
    this.#headerWords = new Uint32Array(this.headers.buffer)
    for (let i = 0; i < capacity; i++) {
      const start = i * mmsghdrBytes
      const address = backend.advance(this.control.address, i * controlBytes)
      writeAddress(this.headers.buffer, start + msghdrOffset.msg_control, address)
    }
  }

  /** Restores every message's full room, because the kernel overwrites the lengths on each call. */
  reset(): void {
    for (let i = 0; i < this.capacity; i++) {
      const start = i * mmsghdrBytes / 4
      this.#headerWords[start + msghdrOffset.msg_controllen / 4] = controlBytes
      this.#headerWords[start + msghdrOffset.msg_flags / 4] = 0
    }
  }

  /** Bytes of control data of message `index`; they begin at `index * controlBytes`. */
  controlLength(index: number): number {
    return this.#headerWords[(index * mmsghdrBytes + msghdrOffset.msg_controllen) / 4]
  }

  /** `msg_flags` of message `index`. */
  flags(index: number): number {
    return this.#headerWords[(index * mmsghdrBytes + msghdrOffset.msg_flags) / 4]
  }
}

function writeAddress(buffer: ArrayBuffer, offset: number, address: Address): void {
  new DataView(buffer).setBigUint64(offset, BigInt(address as number | bigint), true)
}
