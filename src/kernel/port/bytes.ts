import type { NotificationBatch } from "../../../ffi/abi/errqueue.ts"
import type { Memory, Vector } from "./memory.ts"

/** Bytes from memory to a socket and back, and the kernel's reports of memory that it no longer reads. */
export interface ByteCalls {
  /** Whether it has MSG_ZEROCOPY. Otherwise every send is a copy. */
  readonly zerocopy: boolean
  /** The limits of this process. On Linux they are read once. */
  readonly pinLimits: PinLimits
  /** Sends the first `count` elements of `vector`, and returns how many bytes were accepted. */
  send(fd: number, vector: Vector, count: number, flags: number): number
  /** Sends `length` bytes of `memory` at `offset` by copy, and returns how many were accepted. */
  sendBytes(fd: number, memory: Memory, offset: number, length: number): number
  /** Receives up to `length` bytes into `memory`; 0 is the end of the stream. */
  receive(fd: number, memory: Memory, offset: number, length: number): number
  /**
   * Reads the error queue once and adds the notifications to `batch`. Returns how many records were read,
   * ours or not; fewer than `errorReads` means that the queue is now empty.
   */
  readErrors(fd: number, batch: NotificationBatch): number
  /** The most records that one `readErrors` reads. */
  readonly errorReads: number
  /** The id of this socket's first notification: 0 on Linux, configurable in a simulation. */
  firstId(fd: number): number
}

/** Flags of `send`. */
export const sendFlags = {
  /** MSG_ZEROCOPY: pin the pages, and report with a notification when they are no longer read. */
  zerocopy: 1,
  /** MSG_MORE: more bytes follow at once, so hold back a packet that is not full. */
  more: 2,
} as const

/** The limits of memory that MSG_ZEROCOPY pins; see `docs/limits.md`. */
export interface PinLimits {
  /** RLIMIT_MEMLOCK, counted per user; `Infinity` if it does not apply. */
  readonly memlockBytes: number
  /** `net.core.optmem_max`, per socket, or the least that it can be. */
  readonly optmemBytes: number
  /** The machine's memory, used or not; 0 if unknown. */
  readonly machineBytes: number
}
