import { decodeRecord } from "../../../ffi/abi/errqueue.ts"
import {
  type Courier,
  courierPatience,
  errno,
  type FileIdentity,
  type InetAddress,
  type IsolateEnd,
  type Kernel,
  type MapOptions,
  type Mapping,
  type Memory,
  type NotificationBatch,
  type PinLimits,
  type Pipe,
  type Poller,
  type SocketAddress,
  type SocketOption,
  type Vector,
} from "../port.ts"
import { isolateOf, type LinuxIsolate } from "./isolate.ts"
import { LinuxCourier } from "./courier.ts"
import { pinLimitsOf } from "./limits.ts"
import { type LinuxMapping, mapSlots } from "./mapping.ts"
import { LinuxPoller } from "./poller.ts"
import { LinuxVector, messageFlags } from "./vector.ts"
import { IovecArray, iovecBytes } from "../../../ffi/abi/iovec.ts"
import { ControlBatch, controlBytes, MessageHeader, msghdrBytes } from "../../../ffi/abi/msghdr.ts"
import { readSockaddr, writeSockaddr, writeUnspecified } from "../../../ffi/abi/sockaddr.ts"
import {
  readUnixSockaddr,
  sockaddrUnBytes,
  writeUnixSockaddr,
} from "../../../ffi/abi/sockaddr_un.ts"
import { readIdentity, statxBytes } from "../../../ffi/abi/statx.ts"
import * as linux from "../../../ffi/constants.ts"
import { type Libc, libc as loadedLibc, preload } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"

/** The kernel that this process runs on, called through libc. */
class LinuxKernel implements Kernel {
  readonly errorReads = errorReads
  readonly zerocopy = true
  readonly acknowledges = true
  readonly isolateEnd: IsolateEnd
  readonly relays: boolean
  readonly mapsOutsideHeap: boolean
  readonly #libc: Libc
  readonly #isolate: LinuxIsolate
  readonly #name: NativeMemory
  readonly #int: NativeMemory
  readonly #intView: Int32Array
  readonly #tcpInfo: NativeMemory
  readonly #sendTimeout: NativeMemory
  readonly #linger: NativeMemory
  /** An offset in a file, and a number of bytes. */
  readonly #file: NativeMemory
  readonly #fileWords: BigUint64Array
  readonly #fileStatus: NativeMemory
  /** Numbers of the ends of a pipe. */
  readonly #ends: NativeMemory
  /** Sockets whose calls may wait: a courier sends for them. */
  readonly #waiting = new Set<number>()
  readonly #receive: IovecArray
  readonly #receiveHeader: MessageHeader
  readonly #errors: ControlBatch
  readonly #errorControl: DataView
  #pinLimits: PinLimits | undefined

  constructor(libc: Libc) {
    const { backend } = libc
    this.#libc = libc
    this.#isolate = isolateOf(libc)
    this.isolateEnd = this.#isolate.end
    this.relays = backend.relays
    this.mapsOutsideHeap = this.#isolate.mapsOutsideHeap
    this.#linger = NativeMemory.allocate(backend, 8)
    this.#name = NativeMemory.allocate(backend, sockaddrUnBytes)
    this.#int = NativeMemory.allocate(backend, 4)
    this.#intView = new Int32Array(this.#int.buffer)
    this.#sendTimeout = NativeMemory.allocate(backend, 16)
    new BigInt64Array(this.#sendTimeout.buffer)[1] = BigInt(courierPatience * 1000)
    this.#tcpInfo = NativeMemory.allocate(backend, tcpInfoBytes)
    this.#file = NativeMemory.allocate(backend, 16)
    this.#fileWords = new BigUint64Array(this.#file.buffer)
    this.#fileStatus = NativeMemory.allocate(backend, statxBytes)
    this.#ends = NativeMemory.allocate(backend, 8)
    this.#receive = new IovecArray(NativeMemory.allocate(backend, iovecBytes))
    const header = NativeMemory.allocate(backend, msghdrBytes)
    this.#receiveHeader = new MessageHeader(header, this.#receive.memory.address)
    this.#errors = new ControlBatch(backend, errorReads)
    this.#errorControl = new DataView(this.#errors.control.buffer)
  }

  get pinLimits(): PinLimits {
    return this.#pinLimits ??= pinLimitsOf(this.#libc)
  }

  memoryOf(buffer: ArrayBuffer): Memory {
    return NativeMemory.of(this.#libc.backend, buffer)
  }

  map(count: number, slotBytes: number, options: MapOptions = {}): Mapping | number {
    return mapSlots(this.#libc, count, slotBytes, options)
  }

  unmap(mapping: Mapping): number {
    return (mapping as LinuxMapping).unmap()
  }

  discard(mapping: Mapping): number {
    return (mapping as LinuxMapping).discard()
  }

  protect(memory: Memory, access: "read" | "write"): number {
    const { PROT_READ, PROT_WRITE } = linux
    const allowed = access === "read" ? PROT_READ : PROT_READ | PROT_WRITE
    return this.#libc.mprotect(memory as NativeMemory, 0, memory.buffer.byteLength, allowed)
  }

  rebind(memory: Memory): Memory {
    return new NativeMemory(memory.buffer.transfer(), (memory as NativeMemory).address)
  }

  vector(capacity: number): Vector {
    return new LinuxVector(this.#libc, this.#isolate, capacity)
  }

  socket(family: SocketAddress["family"]): number {
    const domain = domains[family]
    const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
    return this.#keep(this.#libc.socket(domain, type, 0))
  }

  bind(fd: number, address: SocketAddress): number {
    return this.#libc.bind(fd, this.#name, this.#write(address))
  }

  listen(fd: number, backlog: number): number {
    return this.#libc.listen(fd, backlog)
  }

  listening(): undefined {}

  accept(fd: number): number {
    return this.#keep(this.#libc.accept4(fd, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC))
  }

  inherit(fd: number): number {
    for (const [name, wanted, otherwise] of inheritable) {
      const n = this.#libc.getsockopt(fd, linux.SOL_SOCKET, name, this.#int)
      if (n < 0) return n
      if (this.#intView[0] !== wanted) return -otherwise
    }
    if (this.unixPath(fd) === undefined && this.localAddress(fd) === undefined) {
      return -errno.EAFNOSUPPORT
    }
    this.closeOnExec(fd)
    // The flag belongs to the socket, so all processes that have it get it.
    this.#libc.fcntl(fd, linux.F_SETFL, linux.O_NONBLOCK)
    return this.#keep(fd)
  }

  closeOnExec(fd: number): number {
    return this.#libc.fcntl(fd, linux.F_SETFD, linux.FD_CLOEXEC)
  }

  connect(fd: number, address: SocketAddress): number {
    return this.#libc.connect(fd, this.#name, this.#write(address))
  }

  disconnect(fd: number): number {
    return this.#libc.connect(fd, this.#name, writeUnspecified(this.#name.buffer))
  }

  localAddress(fd: number): InetAddress | undefined {
    return this.#libc.getsockname(fd, this.#name) < 0 ? undefined : readSockaddr(this.#name.buffer)
  }

  peerAddress(fd: number): InetAddress | undefined {
    return this.#libc.getpeername(fd, this.#name) < 0 ? undefined : readSockaddr(this.#name.buffer)
  }

  unixPath(fd: number): string | undefined {
    const n = this.#libc.getsockname(fd, this.#name)
    return n < 0 ? undefined : readUnixSockaddr(this.#name.buffer, n)
  }

  setOption(fd: number, option: SocketOption, value: number): number {
    const [level, name] = options[option]
    this.#intView[0] = value
    return this.#libc.setsockopt(fd, level, name, this.#int)
  }

  getOption(fd: number, option: SocketOption): number {
    const [level, name] = options[option]
    const n = this.#libc.getsockopt(fd, level, name, this.#int)
    return n < 0 ? n : this.#intView[0]
  }

  acknowledgedBytes(fd: number): number {
    return this.#tcpCount(fd, tcpiBytesAcked)
  }

  arrivedBytes(fd: number): number {
    return this.#tcpCount(fd, tcpiBytesReceived)
  }

  shutdownWrite(fd: number): number {
    return this.#libc.shutdown(fd, linux.SHUT_WR)
  }

  close(fd: number): number {
    this.#waiting.delete(fd)
    return this.#isolate.descriptors.close(fd)
  }

  resetOnClose(fd: number, reset: boolean): void {
    // A linger time of 0 means a reset (socket(7), SO_LINGER; `__tcp_close` in net/ipv4/tcp.c).
    new Int32Array(this.#linger.buffer)[0] = reset ? 1 : 0
    this.#libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_LINGER, this.#linger)
  }

  closeAll(): void {
    this.#isolate.descriptors.closeAll()
  }

  send(fd: number, vector: Vector, count: number, flags: number): number {
    return (vector as LinuxVector).send(fd, count, messageFlags[flags])
  }

  sendBytes(fd: number, memory: Memory, offset: number, length: number): number {
    return this.#libc.send(fd, memory as NativeMemory, offset, length, messageFlags[0])
  }

  sendFile(fd: number, file: number, offset: number, count: number): number {
    this.#fileWords[0] = BigInt(offset)
    return this.#libc.sendfile(fd, file, this.#file, count)
  }

  pipe(bytes: number): Pipe | number {
    const n = this.#libc.pipe2(this.#ends, linux.O_NONBLOCK | linux.O_CLOEXEC)
    if (n < 0) return n
    const [first, second] = new Int32Array(this.#ends.buffer)
    const readEnd = this.#keep(first)
    const writeEnd = this.#keep(second)
    if (readEnd < 0 || writeEnd < 0) {
      // What cannot be kept is closed.
      for (const fd of [readEnd, writeEnd]) if (fd >= 0) this.close(fd)
      return Math.min(readEnd, writeEnd)
    }
    // Refused for more than /proc/sys/fs/pipe-max-size, and for who has many pipes; it stays as it is then.
    this.#libc.fcntl(writeEnd, linux.F_SETPIPE_SZ, bytes)
    return { readEnd, writeEnd, capacity: this.#libc.fcntl(writeEnd, linux.F_GETPIPE_SZ, 0) }
  }

  fillPipe(writeEnd: number, fd: number, count: number): number {
    // The flag is for the pipe; a socket that may wait would (`tcp_splice_read` in net/ipv4/tcp.c), but
    // not when there are bytes, or the end.
    if (this.#waiting.has(fd)) {
      const n = this.#peek(fd)
      if (n < 0) return n
    }
    return this.#libc.splice(fd, writeEnd, count, moving)
  }

  drainPipe(readEnd: number, fd: number, count: number): number {
    return this.#libc.splice(readEnd, fd, count, moving)
  }

  readPipe(readEnd: number, memory: Memory, offset: number, length: number): number {
    return this.#libc.read(readEnd, memory as NativeMemory, offset, length)
  }

  cachedPages(file: number, offset: number, length: number): number {
    this.#fileWords[0] = BigInt(offset)
    this.#fileWords[1] = BigInt(length)
    const n = this.#libc.cachestat(file, this.#file, this.#fileStatus)
    // `nr_cache` is the first word of a struct cachestat.
    return n < 0 ? n : Number(new DataView(this.#fileStatus.buffer).getBigUint64(0, true))
  }

  identityOf(file: number): FileIdentity | undefined {
    const n = this.#libc.statx(file, linux.STATX_INO, this.#fileStatus)
    return n < 0 ? undefined : readIdentity(this.#fileStatus.buffer)
  }

  startWaiting(fd: number): number {
    const blocking = this.#libc.fcntl(fd, linux.F_SETFL, 0)
    if (blocking < 0) return blocking
    this.#waiting.add(fd)
    return this.#libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_SNDTIMEO, this.#sendTimeout)
  }

  stopWaiting(fd: number): number {
    this.#waiting.delete(fd)
    return this.#libc.fcntl(fd, linux.F_SETFL, linux.O_NONBLOCK)
  }

  courier(): Courier {
    return new LinuxCourier(this.#libc, this.#isolate)
  }

  firstId(): number {
    return 0
  }

  receive(fd: number, memory: Memory, offset: number, length: number): number {
    return this.#libc.recv(fd, memory as NativeMemory, offset, length, linux.MSG_DONTWAIT)
  }

  readErrors(fd: number, batch: NotificationBatch): number {
    const n = this.#libc.recvmmsg(fd, this.#errors, linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT)
    for (let i = 0; i < n; i++) {
      const length = this.#errors.controlLength(i)
      const truncated = (this.#errors.flags(i) & linux.MSG_CTRUNC) !== 0
      decodeRecord(this.#errorControl, i * controlBytes, length, truncated, batch)
    }
    return n
  }

  abandonSends(fd: number): number {
    return this.#libc.shutdown(fd, linux.SHUT_RDWR)
  }

  poller(wake: (failure?: Error) => void): Poller {
    return new LinuxPoller(this.#libc, this.#isolate.descriptors, wake)
  }

  /** Writes the address to `#name`, and returns its length. */
  #write(address: SocketAddress): number {
    const { buffer } = this.#name
    return address.family === "unix"
      ? writeUnixSockaddr(buffer, address.path)
      : writeSockaddr(buffer, address)
  }

  /** Whether a byte is there to receive, or the end; `-EAGAIN` when there is neither. */
  #peek(fd: number): number {
    this.#receive.set(0, this.#int, 0, 1)
    const flags = linux.MSG_DONTWAIT | linux.MSG_PEEK
    const n = this.#libc.recvmsg(fd, this.#receiveHeader, this.#receive, 1, flags)
    this.#receive.clear()
    return n
  }

  #tcpCount(fd: number, offset: number): number {
    const n = this.#libc.getsockopt(fd, linux.IPPROTO_TCP, linux.TCP_INFO, this.#tcpInfo)
    if (n < 0) return n
    // Kernels before 4.2 do not report this; 0 means that nothing is known.
    if (n < offset + 8) return 0
    return Number(new DataView(this.#tcpInfo.buffer).getBigUint64(offset, true))
  }

  #keep(fd: number): number {
    return fd < 0 ? fd : this.#isolate.descriptors.keep(fd)
  }
}

const moving = linux.SPLICE_F_MOVE | linux.SPLICE_F_NONBLOCK

const domains = { 4: linux.AF_INET, 6: linux.AF_INET6, unix: linux.AF_UNIX } as const

/** What a socket must be to be inherited: the option, its value, and the error otherwise. */
const inheritable = [
  [linux.SO_TYPE, linux.SOCK_STREAM, errno.ESOCKTNOSUPPORT],
  [linux.SO_ACCEPTCONN, 1, errno.EINVAL],
] as const

const options: Readonly<Record<SocketOption, readonly [level: number, name: number]>> = {
  SO_ZEROCOPY: [linux.SOL_SOCKET, linux.SO_ZEROCOPY],
  SO_REUSEADDR: [linux.SOL_SOCKET, linux.SO_REUSEADDR],
  SO_REUSEPORT: [linux.SOL_SOCKET, linux.SO_REUSEPORT],
  SO_SNDBUF: [linux.SOL_SOCKET, linux.SO_SNDBUF],
  SO_RCVBUF: [linux.SOL_SOCKET, linux.SO_RCVBUF],
  SO_KEEPALIVE: [linux.SOL_SOCKET, linux.SO_KEEPALIVE],
  SO_ERROR: [linux.SOL_SOCKET, linux.SO_ERROR],
  TCP_NODELAY: [linux.IPPROTO_TCP, linux.TCP_NODELAY],
  TCP_KEEPIDLE: [linux.IPPROTO_TCP, linux.TCP_KEEPIDLE],
  TCP_USER_TIMEOUT: [linux.IPPROTO_TCP, linux.TCP_USER_TIMEOUT],
  IPV6_V6ONLY: [linux.IPPROTO_IPV6, linux.IPV6_V6ONLY],
}

/** `tcpi_bytes_acked` in `struct tcp_info` (include/uapi/linux/tcp.h). */
const tcpiBytesAcked = 120
/** `tcpi_bytes_received`. */
const tcpiBytesReceived = 128
const tcpInfoBytes = 256

/**
 * In-order TCP usually leaves one record. Reading a few at once saves the call that finds the queue
 * empty.
 */
const errorReads = 8

export { preload }

let kernel: Kernel | undefined

/**
 * The kernel of this machine, loaded on first use.
 *
 * @throws {Error} if libc cannot be called; the message names the cure.
 */
export function linuxKernel(): Kernel {
  return kernel ??= new LinuxKernel(loadedLibc())
}
