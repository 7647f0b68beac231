/**
 * The port to the kernel: each system call that Zerowire makes, in plain values.
 *
 * Linux stands behind it (`linuxKernel`), and so do the simulated kernel of `zerowire/testing` and, where
 * there is no libc, the runtime's own sockets (`nodeNetKernel`). Every
 * method returns `n >= 0` or `-errno` and never blocks. None retries, and none throws because of the
 * kernel's answer.
 *
 * @module
 */
export { NotificationBatch } from "../../ffi/abi/errqueue.ts"
import type { NotificationBatch } from "../../ffi/abi/errqueue.ts"
export { errno, errnoName } from "../../ffi/errno.ts"

/** An internet address: see `ffi/abi/sockaddr.ts` for what each field holds. */
export type { InetAddress } from "../../ffi/abi/sockaddr.ts"
import type { InetAddress } from "../../ffi/abi/sockaddr.ts"
export { isAbstract, longestUnixPath, type UnixAddress } from "../../ffi/abi/sockaddr_un.ts"
import type { UnixAddress } from "../../ffi/abi/sockaddr_un.ts"
export type { IsolateEnd } from "../../ffi/isolate/isolate_end.ts"
import type { IsolateEnd } from "../../ffi/isolate/isolate_end.ts"
export type { FileIdentity } from "../../ffi/abi/statx.ts"
import type { FileIdentity } from "../../ffi/abi/statx.ts"

/** Where a socket listens, or connects to. */
export type SocketAddress = InetAddress | UnixAddress

/** Memory that the kernel may read or write. `buffer` stays reachable as long as this does. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** A mapping cut into slots, each with an ArrayBuffer of its own that can be detached by itself. */
export interface Mapping {
  readonly slots: Memory[]
}

/** How to map memory. */
export interface MapOptions {
  /** Ask for huge pages (madvise(2), MADV_HUGEPAGE). The kernel may not have any. */
  readonly hugePages?: boolean
}

/** An array of pieces of memory for one call. */
export interface Vector {
  /** How many elements fit. */
  readonly capacity: number
  /**
   * Points element `index` at `length` bytes of `memory` at `offset`.
   *
   * @throws {RangeError} if they are not inside `memory`, or it was detached.
   */
  set(index: number, memory: Memory, offset: number, length: number): void
  /** Drops the references to the memory. */
  clear(): void
}

/** Flags of `send`. */
export const sendFlags = {
  /** MSG_ZEROCOPY: pin the pages, and report with a notification when they are no longer read. */
  zerocopy: 1,
  /** MSG_MORE: more bytes follow at once, so hold back a packet that is not full. */
  more: 2,
} as const

/**
 * Readiness events. The bits are those of epoll. `ended` is the peer's FIN (EPOLLRDHUP). Where there is
 * `urgent` data (EPOLLPRI), a receiving call stops in front of it although more has arrived.
 */
export const ready = {
  readable: 0x1,
  urgent: 0x2,
  writable: 0x4,
  error: 0x8,
  hangup: 0x10,
  ended: 0x2000,
} as const

/** Socket options, by their names in the manual pages. */
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

/** The limits of memory that MSG_ZEROCOPY pins; see `docs/limits.md`. */
export interface PinLimits {
  /** RLIMIT_MEMLOCK, counted per user; `Infinity` if it does not apply. */
  readonly memlockBytes: number
  /** `net.core.optmem_max`, per socket, or the least that it can be. */
  readonly optmemBytes: number
  /** The machine's memory, used or not; 0 if unknown. */
  readonly machineBytes: number
}

/** A pipe (pipe(7)), through which bytes go from one socket to another without coming up. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
  /**
   * Bytes of the pages that it has room for. What a socket has received lies in pieces, of which each takes
   * a page's place: there may be less in it, and in calls of more bytes more.
   */
  readonly capacity: number
}

/** A relay that a courier is to go on with. */
export interface RelayCall {
  /** The socket that receives. Its file descriptor may be closed meanwhile. */
  readonly from: number
  /** The socket that sends. */
  readonly to: number
  readonly pipe: Pipe
  /** Bytes that the pipe holds. */
  readonly held: number
}

export type { Relayed } from "../../ffi/runtime/relay_loop.ts"
import type { Relayed } from "../../ffi/runtime/relay_loop.ts"

/** The system calls. A file descriptor is a number from `socket` or `accept`. */
export interface Kernel {
  /** The limits of this process. On Linux they are read once. */
  readonly pinLimits: PinLimits
  /** What this isolate ends with. Unless that is the process, its heap must not be pinned. */
  readonly isolateEnd: IsolateEnd
  /** Whether it has MSG_ZEROCOPY. Otherwise every send is a copy. */
  readonly zerocopy: boolean
  /**
   * Whether `acknowledgedBytes` is what the peer's kernel has. Otherwise it is what this system has taken
   * from the runtime.
   */
  readonly acknowledges: boolean
  /** Whether couriers can relay. */
  readonly relays: boolean
  /** Whether mapped memory outlives the isolate. If it is heap memory, it does not. */
  readonly mapsOutsideHeap: boolean
  /** Wraps memory so that calls can use it. */
  memoryOf(buffer: ArrayBuffer): Memory
  /**
   * One page-aligned mapping of `count` slots of `slotBytes` each (a multiple of the page size), or
   * `-errno`. Only `unmap` frees it.
   */
  map(count: number, slotBytes: number, options?: MapOptions): Mapping | number
  /** Frees the mapping, and first detaches every ArrayBuffer of its slots. */
  unmap(mapping: Mapping): number
  /** Frees the pages of a mapping. It then reads as zeros until it is written to again. */
  discard(mapping: Mapping): number
  /**
   * Makes the memory of a mapping's slot read-only, or writable again (mprotect(2)). `-EINVAL` if it does
   * not consist of whole pages.
   */
  protect(memory: Memory, access: "read" | "write"): number
  /** The same memory under a new ArrayBuffer. The old one is detached, together with its views. */
  rebind(memory: Memory): Memory
  vector(capacity: number): Vector

  /** A TCP or Unix domain stream socket, non-blocking and close-on-exec. */
  socket(family: SocketAddress["family"]): number
  bind(fd: number, address: SocketAddress): number
  listen(fd: number, backlog: number): number
  /** Resolves with 0 or `-errno` where `listen` cannot say at once how it went; otherwise nothing. */
  listening(fd: number): Promise<number> | undefined
  /** The next connection, non-blocking and close-on-exec. */
  accept(fd: number): number
  /**
   * Takes over a listening socket that this process was started with, and makes it non-blocking and
   * close-on-exec. Returns its number from now on, or `-errno`, and then leaves it alone: EINVAL if it does
   * not listen, ESOCKTNOSUPPORT if it has no streams, EAFNOSUPPORT if it is neither TCP nor a Unix domain
   * socket.
   */
  inherit(fd: number): number
  /** Programs that this process starts do not get `fd`. */
  closeOnExec(fd: number): number
  /**
   * Usually returns `-EINPROGRESS`; readiness reports the outcome. A Unix domain socket connects at once,
   * or not at all: `-EAGAIN` if the backlog is full (`unix_stream_connect` in net/unix/af_unix.c).
   */
  connect(fd: number, address: SocketAddress): number
  /** `connect` to AF_UNSPEC: resets the connection and completes every id, with `fd` still open. */
  disconnect(fd: number): number
  localAddress(fd: number): InetAddress | undefined
  peerAddress(fd: number): InetAddress | undefined
  /** The path of a Unix domain socket, empty if it has none; nothing if it is of another family. */
  unixPath(fd: number): string | undefined
  setOption(fd: number, option: SocketOption, value: number): number
  getOption(fd: number, option: SocketOption): number
  /** Bytes that the peer's kernel has acknowledged; the SYN may count as one (tcp(7), TCP_INFO). */
  acknowledgedBytes(fd: number): number
  /** Bytes that have arrived in order, read or not; 0 before Linux 4.2 (tcp(7), TCP_INFO). */
  arrivedBytes(fd: number): number
  /** `SHUT_WR`: queues a FIN after the accepted bytes. */
  shutdownWrite(fd: number): number
  close(fd: number): number
  /**
   * Sets whether closing `fd` resets the connection, even if the kernel closes it because the process or
   * a Worker's thread ends. Otherwise a FIN follows the accepted bytes.
   */
  resetOnClose(fd: number, reset: boolean): void
  /** The isolate ends: closes every open file descriptor that was returned here. */
  closeAll(): void

  /** Sends the first `count` elements of `vector`, and returns how many bytes were accepted. */
  send(fd: number, vector: Vector, count: number, flags: number): number
  /** Sends `length` bytes of `memory` at `offset` by copy, and returns how many were accepted. */
  sendBytes(fd: number, memory: Memory, offset: number, length: number): number
  /**
   * Sends up to `count` bytes of the file `file` at `offset` (sendfile(2)), and returns how many were
   * accepted; 0 at the end of the file. It never waits for room, but it would wait for a disk: see
   * `cachedPages`. `-EOPNOTSUPP` where files are to be read and copied instead, `-ENOSYS` where there are none.
   */
  sendFile(fd: number, file: number, offset: number, count: number): number
  /**
   * A pipe, non-blocking and close-on-exec, with room for `bytes`, or for less where the user has many
   * pipes (pipe(7), `pipe-user-pages-soft`). `close` takes its ends one by one.
   */
  pipe(bytes: number): Pipe | number
  /**
   * Moves up to `count` bytes that the socket `fd` has received into a pipe (splice(2)); 0 at the end of
   * the stream. `-EAGAIN` when there are none, and when the pipe has no room.
   */
  fillPipe(writeEnd: number, fd: number, count: number): number
  /**
   * Sends up to `count` bytes of a pipe (splice(2)), and answers how many were accepted. `-EAGAIN` when
   * the pipe is empty, and when the socket has no room.
   */
  drainPipe(readEnd: number, fd: number, count: number): number
  /** Reads up to `length` bytes of a pipe into `memory`. `-EAGAIN` when it is empty. */
  readPipe(readEnd: number, memory: Memory, offset: number, length: number): number
  /** How many pages of these bytes of a file are in memory (cachestat(2)). */
  cachedPages(file: number, offset: number, length: number): number
  /** Which file a file descriptor refers to; nothing if it is not a file's. */
  identityOf(file: number): FileIdentity | undefined
  /**
   * Creates a thread that sends for sockets without room. There may be several. Each starts at its first
   * call.
   */
  courier(): Courier
  /**
   * Lets calls on `fd` block, for up to `courierPatience`, unless a call asks not to. All calls of this
   * port do ask not to, except a courier's.
   */
  startWaiting(fd: number): number
  /** No call on `fd` may block any longer. */
  stopWaiting(fd: number): number
  /** `SHUT_RDWR`: ends a courier's call that is under way. */
  abandonSends(fd: number): number
  /** Receives up to `length` bytes into `memory`; 0 is the end of the stream. */
  receive(fd: number, memory: Memory, offset: number, length: number): number
  /**
   * Reads the error queue once and adds the notifications to `batch`. Returns how many records were read,
   * ours or not; fewer than `errorReads` means that the queue is now empty.
   */
  readErrors(fd: number, batch: NotificationBatch): number
  /** The id of this socket's first notification: 0 on Linux, configurable in a simulation. */
  firstId(fd: number): number
  /** The most records that one `readErrors` reads. */
  readonly errorReads: number

  /** Creates a set of file descriptors to wait for. `wake` is called when a parked wait ends. */
  poller(wake: (failure?: Error) => void): Poller
}

/** A thread for calls that may block. It makes one call at a time. */
export interface Courier {
  /**
   * Sends the first `count` elements of `vector`, all of them if `courierPatience` suffices. Calls `done`
   * with the number of bytes accepted, or with an unspecified negative number: the caller then tries
   * again without blocking to learn the reason. `vector` must not be touched until then.
   */
  send(fd: number, vector: Vector, count: number, flags: number, done: (n: number) => void): void
  /**
   * Sends up to `count` bytes of the file `file` from `offset` on, as long as each 64 KiB of them finds room
   * within `courierPatience`. It also waits for the disk. After `stopWaiting` it ends at the next 64 KiB that
   * find no room. Calls `done` as `send` does; 0 means that the file ends there. Use it only if
   * `isolateEnd` is "process": a call that starts after the isolate has ended would use whatever has these
   * file descriptors by then.
   */
  sendFile(
    fd: number,
    file: number,
    offset: number,
    count: number,
    done: (n: number) => void,
  ): void
  /**
   * Moves bytes from socket to socket through a pipe, call after call, and waits in between. Ends after
   * `longestRelay`, when no byte has moved for `relayPatience`, at the end of the stream, after an error, and
   * after `stopRelay`; on Linux also instead of waiting for a socket with an unread notification. The pipe
   * then holds what was received and not accepted. Use it only if `isolateEnd` is "process" and `relays` is
   * true.
   */
  relay(call: RelayCall, done: (relayed: Relayed) => void): void
  /** Ends a relay under way; `done` is still called. */
  stopRelay(): void
  /**
   * Moves these bytes of `memory` to huge pages, as far as they fill whole ones (madvise(2),
   * MADV_COLLAPSE, Linux 6.1). Calls `done` with 0, or with a negative number if some could not be moved,
   * because they are in flight or there is no free huge page.
   */
  collapse(memory: Memory, offset: number, length: number, done: (n: number) => void): void
  /** Ends the thread. No call may be under way. */
  close(): void
}

/** How long a courier's call may block in total, in milliseconds (socket(7), SO_SNDTIMEO). */
export const courierPatience = 200

/** Milliseconds without a byte after which a courier gives a relay back. */
export const relayPatience = 200

/** Milliseconds after which it does so in any case. */
export const longestRelay = 1000

/** Readiness of many file descriptors: one epoll instance, edge-triggered. */
export interface Poller {
  /**
   * Whether something can become ready while the JavaScript thread goes on, so that looking again soon may
   * find it. In a simulation time stands still meanwhile.
   */
  readonly looksPay: boolean
  /** Reports each change of `fd`'s readiness once, under `tag`. */
  add(fd: number, tag: number): number
  remove(fd: number): number
  /**
   * Calls `visit` for each file descriptor that is ready, without waiting, and returns how many there
   * were.
   */
  poll(visit: (tag: number, events: number) => void): number
  /**
   * Allocates what `park` needs from the system, if it has not done so already.
   *
   * @throws {Error} if the system has none left.
   */
  prepare(): void
  /** Waits off the JavaScript thread until something is ready, then calls `wake`. */
  park(): void
  /**
   * Nobody waits any longer. Ends a parked wait if the runtime counts it among its pending operations.
   * Returns whether it does; `wake` is then still to come.
   */
  rest(): boolean
  /** Sets whether waiting keeps the process alive. By default it does not. */
  reference(keepAlive: boolean): void
  /** Resolves once the last wait has ended and the instance is closed. */
  close(): Promise<void>
  /** The isolate ends now: ends all waits before it returns. */
  abandon(): void
}
