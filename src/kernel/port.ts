/**
 * The port to the kernel: each system call that Zerowire makes, in plain values.
 *
 * Linux stands behind it (`linuxKernel`), and so does the simulated kernel of `zerowire/testing`.
 * Every method answers `n >= 0` or `-errno` and never blocks; none retries, none throws for what the
 * kernel says.
 *
 * @module
 */
export { NotificationBatch } from "../../ffi/abi/errqueue.ts"
import type { NotificationBatch } from "../../ffi/abi/errqueue.ts"
export { errno, errnoName } from "../../ffi/errno.ts"

/** An internet address: see `ffi/abi/sockaddr.ts` for what each field holds. */
export type { InetAddress } from "../../ffi/abi/sockaddr.ts"
import type { InetAddress } from "../../ffi/abi/sockaddr.ts"
export type { IsolateEnd } from "../../ffi/isolate/isolate_end.ts"
import type { IsolateEnd } from "../../ffi/isolate/isolate_end.ts"
export type { FileIdentity } from "../../ffi/abi/statx.ts"
import type { FileIdentity } from "../../ffi/abi/statx.ts"

/** Memory that the kernel may read or write. `buffer` stays reachable as long as this does. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** A mapping cut into slots, each with an ArrayBuffer of its own that can be detached by itself. */
export interface Mapping {
  readonly slots: Memory[]
}

/** How memory is to be mapped. */
export interface MapOptions {
  /** Ask for huge pages (madvise(2), MADV_HUGEPAGE). They are not certain to come. */
  readonly hugePages?: boolean
}

/** An array of pieces of memory for one call. */
export interface Vector {
  /** How many elements fit. */
  readonly capacity: number
  /**
   * Points element `index` at `length` bytes of `memory`, from `offset` on.
   *
   * @throws {RangeError} when they do not lie inside `memory`, or it was detached.
   */
  set(index: number, memory: Memory, offset: number, length: number): void
  /** Lets go of the memory. */
  clear(): void
}

/** What `send` may be told. */
export const sendFlags = {
  /** MSG_ZEROCOPY: pin the pages, and tell by a notification when they are no longer read. */
  zerocopy: 1,
  /** MSG_MORE: more bytes follow at once, so wait with a packet that is not full. */
  more: 2,
} as const

/** What readiness reports; the bits are those of epoll. */
export const ready = { readable: 0x1, writable: 0x4, error: 0x8, hangup: 0x10 } as const

/** Options of a socket, by the names that the manual pages give them. */
export type SocketOption =
  | "SO_ZEROCOPY"
  | "SO_REUSEADDR"
  | "SO_REUSEPORT"
  | "SO_SNDBUF"
  | "SO_RCVBUF"
  | "SO_KEEPALIVE"
  | "SO_ERROR"
  | "TCP_NODELAY"
  | "TCP_KEEPIDLE"
  | "TCP_USER_TIMEOUT"
  | "IPV6_V6ONLY"

/** Bytes of a huge page where pages have 4 KiB (Documentation/admin-guide/mm/transhuge.rst). */
export const hugePageBytes: number = 2 * 1024 * 1024

/** What bounds memory that is pinned by MSG_ZEROCOPY; see `docs/limits.md`. */
export interface PinLimits {
  /** RLIMIT_MEMLOCK, counted by user; `Infinity` where it is not counted. */
  readonly memlockBytes: number
  /** `net.core.optmem_max`, for each socket, or the least that it may be. */
  readonly optmemBytes: number
  /** Memory of the machine, of whatever it is used for; 0 where it is not known. */
  readonly machineBytes: number
}

/** The system calls. A file descriptor is a number from `socket` or `accept`. */
export interface Kernel {
  /** The limits of this process. Those of Linux are looked at once. */
  readonly pinLimits: PinLimits
  /** What this isolate ends with. Unless it is the process, memory of its heap must not be pinned. */
  readonly isolateEnd: IsolateEnd
  /** Whether mapped memory stays when the isolate ends. Where it is memory of the heap, it does not. */
  readonly mapsOutsideHeap: boolean
  /** Names memory so that calls can use it. */
  memoryOf(buffer: ArrayBuffer): Memory
  /**
   * One page-aligned mapping of `count` slots of `slotBytes` each, a multiple of the page, or
   * `-errno`. Only `unmap` gives it back.
   */
  map(count: number, slotBytes: number, options?: MapOptions): Mapping | number
  /** Gives the mapping back: every ArrayBuffer of its slots is detached first. */
  unmap(mapping: Mapping): number
  /** Gives the pages of a mapping back, which reads as zeros until it is written to again. */
  discard(mapping: Mapping): number
  /**
   * Lets everybody only read the memory of a slot of a mapping, or write to it again (mprotect(2)).
   * `-EINVAL` where it is not made of whole pages.
   */
  protect(memory: Memory, access: "read" | "write"): number
  /** The same memory under a new ArrayBuffer; the old one is detached and every view of it dead. */
  rebind(memory: Memory): Memory
  vector(capacity: number): Vector

  /** A TCP socket, non-blocking and close-on-exec. */
  socket(family: 4 | 6): number
  bind(fd: number, address: InetAddress): number
  listen(fd: number, backlog: number): number
  /** The next connection, non-blocking and close-on-exec. */
  accept(fd: number): number
  /** `-EINPROGRESS` is the usual answer; readiness tells when it is decided. */
  connect(fd: number, address: InetAddress): number
  /** `connect` to AF_UNSPEC: resets the connection and completes every id, with `fd` still open. */
  disconnect(fd: number): number
  localAddress(fd: number): InetAddress | undefined
  peerAddress(fd: number): InetAddress | undefined
  setOption(fd: number, option: SocketOption, value: number): number
  getOption(fd: number, option: SocketOption): number
  /** Bytes that the peer's kernel has acknowledged, give or take the SYN (tcp(7), TCP_INFO). */
  acknowledgedBytes(fd: number): number
  /** `SHUT_WR`: queues a FIN behind the bytes that were accepted. */
  shutdownWrite(fd: number): number
  close(fd: number): number
  /**
   * Says whether the connection is reset when `fd` is closed, by whomever: by the kernel too, when the
   * process ends, or the thread of a Worker. Otherwise a FIN follows what was accepted.
   */
  resetOnClose(fd: number, reset: boolean): void
  /** The isolate ends: closes every file descriptor that was given out here and is open. */
  closeAll(): void

  /** Sends the first `count` elements of `vector` and answers how many bytes were accepted. */
  send(fd: number, vector: Vector, count: number, flags: number): number
  /**
   * Sends up to `count` bytes of the file `file` from `offset` on (sendfile(2)), and answers how many
   * were accepted; 0 where the file ends. It never waits for room, but for a disk it would: see
   * `cachedPages`.
   */
  sendFile(fd: number, file: number, offset: number, count: number): number
  /** How many pages of these bytes of a file are in memory (cachestat(2)). */
  cachedPages(file: number, offset: number, length: number): number
  /** Which file a file descriptor stands for, or nothing when it stands for none. */
  identityOf(file: number): FileIdentity | undefined
  /**
   * A thread that sends for sockets without room. There may be several; each starts on its first
   * send.
   */
  courier(): Courier
  /**
   * Lets calls on `fd` that do not ask otherwise wait, for `courierPatience` in all. Every call of
   * this port does ask otherwise, but for a courier's.
   */
  startWaiting(fd: number): number
  /** Lets no call on `fd` wait any more. */
  stopWaiting(fd: number): number
  /** `SHUT_RDWR`: ends a courier's call that is under way. */
  abandonSends(fd: number): number
  /** Receives up to `length` bytes into `memory`; 0 is the end of the stream. */
  receive(fd: number, memory: Memory, offset: number, length: number): number
  /**
   * Reads the error queue once and adds what it finds to `batch`. Answers how many records were
   * read, ours or not; fewer than `errorReads` means that the queue is empty now.
   */
  readErrors(fd: number, batch: NotificationBatch): number
  /** The id of the first notification of this socket: Linux gives 0, a simulation what it is told. */
  firstId(fd: number): number
  /** How many records one `readErrors` can bring. */
  readonly errorReads: number

  /** A new set of file descriptors to wait for; `wake` is called when a parked wait ends. */
  poller(wake: (failure?: Error) => void): Poller
}

/** A thread that makes calls which may take long. One call at a time. */
export interface Courier {
  /**
   * Sends the first `count` elements of `vector`, all of them if `courierPatience` suffices. Calls
   * `done` with the number of bytes accepted, or a negative number that says nothing more: whoever
   * asked tries again without waiting, and learns why. `vector` must not be touched until then.
   */
  send(fd: number, vector: Vector, count: number, flags: number, done: (n: number) => void): void
  /**
   * Moves whatever huge pages lie as a whole in these bytes of `memory` to huge pages, contents and all
   * (madvise(2), MADV_COLLAPSE, Linux 6.1). Calls `done` with 0, or with a negative number when some
   * could not be moved: they are in flight, or there is no huge page for them.
   */
  collapse(memory: Memory, offset: number, length: number, done: (n: number) => void): void
  /** Gives the thread back. No call may be under way. */
  close(): void
}

/** How long a courier's call may wait, in milliseconds all together (socket(7), SO_SNDTIMEO). */
export const courierPatience = 200

/** Readiness of many file descriptors: one epoll instance, edge-triggered. */
export interface Poller {
  /** Reports `fd`'s readiness from now on, each change once, under `tag`. */
  add(fd: number, tag: number): number
  remove(fd: number): number
  /** What is ready now, without waiting: calls `visit` for each, and answers how many there were. */
  poll(visit: (tag: number, events: number) => void): number
  /**
   * Takes what `park` needs of the system, if it has not got that.
   *
   * @throws {Error} when there is none of it.
   */
  prepare(): void
  /** Waits off the JavaScript thread until something is ready, then calls `wake`. */
  park(): void
  /**
   * Nobody waits for anything any more: ends a parked wait where the runtime counts it among its
   * operations. Answers whether it does, and `wake` is still to come.
   */
  rest(): boolean
  /** Whether waiting keeps the process alive; not until this was said. */
  reference(keepAlive: boolean): void
  /** Resolves when nothing waits any more and the instance is closed. */
  close(): Promise<void>
  /** The isolate ends now: lets nothing wait any more, without a promise. */
  abandon(): void
}
