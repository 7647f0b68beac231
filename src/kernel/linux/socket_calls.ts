import { readSockaddr, writeSockaddr, writeUnspecified } from "../../../ffi/abi/sockaddr.ts"
import {
  readUnixSockaddr,
  sockaddrUnBytes,
  writeUnixSockaddr,
} from "../../../ffi/abi/sockaddr_un.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import {
  errno,
  type InetAddress,
  type SocketAddress,
  type SocketCalls,
  type SocketOption,
} from "../port.ts"
import { LinuxMemoryCalls } from "./memory_calls.ts"
import { socketOptions } from "./socket_options.ts"

/** Opening sockets, their names and options, and closing them. */
export abstract class LinuxSocketCalls extends LinuxMemoryCalls implements SocketCalls {
  readonly acknowledges = true
  /** Sockets whose calls may wait: a courier sends for them. */
  protected readonly waiting: Set<number> = new Set()
  readonly #name: NativeMemory
  readonly #nameView: DataView
  readonly #int: NativeMemory
  readonly #intView: Int32Array
  readonly #tcpInfo: NativeMemory
  readonly #tcpInfoWords: Uint32Array
  readonly #linger: NativeMemory
  readonly #lingerView: Int32Array

  constructor(libc: Libc) {
    super(libc)
    const { backend } = libc
    this.#name = NativeMemory.allocate(backend, sockaddrUnBytes)
    this.#nameView = new DataView(this.#name.buffer)
    this.#int = NativeMemory.allocate(backend, 4)
    this.#intView = new Int32Array(this.#int.buffer)
    this.#tcpInfo = NativeMemory.allocate(backend, tcpInfoBytes)
    this.#tcpInfoWords = new Uint32Array(this.#tcpInfo.buffer)
    this.#linger = NativeMemory.allocate(backend, 8)
    this.#lingerView = new Int32Array(this.#linger.buffer)
  }

  socket(family: SocketAddress["family"]): number {
    const domain = domains[family]
    const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
    return this.keep(this.libc.socket(domain, type, 0))
  }

  bind(fd: number, address: SocketAddress): number {
    return this.libc.bind(fd, this.#name, this.#write(address))
  }

  listen(fd: number, backlog: number): number {
    return this.libc.listen(fd, backlog)
  }

  listening(): undefined {}

  accept(fd: number): number {
    return this.keep(this.libc.accept4(fd, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC))
  }

  inherit(fd: number): number {
    for (const [name, wanted, otherwise] of inheritable) {
      const n = this.libc.getsockopt(fd, linux.SOL_SOCKET, name, this.#int)
      if (n < 0) return n
      if (this.#intView[0] !== wanted) return -otherwise
    }
    if (this.unixPath(fd) === undefined && this.localAddress(fd) === undefined) {
      return -errno.EAFNOSUPPORT
    }
    this.closeOnExec(fd)
    // The flag belongs to the socket, so all processes that have it get it.
    this.libc.fcntl(fd, linux.F_SETFL, linux.O_NONBLOCK)
    return this.keep(fd)
  }

  closeOnExec(fd: number): number {
    return this.libc.fcntl(fd, linux.F_SETFD, linux.FD_CLOEXEC)
  }

  connect(fd: number, address: SocketAddress): number {
    return this.libc.connect(fd, this.#name, this.#write(address))
  }

  disconnect(fd: number): number {
    return this.libc.connect(fd, this.#name, writeUnspecified(this.#name.buffer))
  }

  localAddress(fd: number): InetAddress | undefined {
    return this.libc.getsockname(fd, this.#name) < 0 ? undefined : readSockaddr(this.#nameView)
  }

  peerAddress(fd: number): InetAddress | undefined {
    return this.libc.getpeername(fd, this.#name) < 0 ? undefined : readSockaddr(this.#nameView)
  }

  unixPath(fd: number): string | undefined {
    const n = this.libc.getsockname(fd, this.#name)
    return n < 0 ? undefined : readUnixSockaddr(this.#name.buffer, n)
  }

  setOption(fd: number, option: SocketOption, value: number): number {
    const [level, name] = socketOptions[option]
    this.#intView[0] = value
    return this.libc.setsockopt(fd, level, name, this.#int)
  }

  getOption(fd: number, option: SocketOption): number {
    const [level, name] = socketOptions[option]
    const n = this.libc.getsockopt(fd, level, name, this.#int)
    return n < 0 ? n : this.#intView[0]
  }

  acknowledgedBytes(fd: number): number {
    return this.#tcpCount(fd, tcpiBytesAcked)
  }

  arrivedBytes(fd: number): number {
    return this.#tcpCount(fd, tcpiBytesReceived)
  }

  shutdownWrite(fd: number): number {
    return this.libc.shutdown(fd, linux.SHUT_WR)
  }

  close(fd: number): number {
    this.waiting.delete(fd)
    return this.isolate.descriptors.close(fd)
  }

  resetOnClose(fd: number, reset: boolean): void {
    // A linger time of 0 means a reset (socket(7), SO_LINGER; `__tcp_close` in net/ipv4/tcp.c).
    this.#lingerView[0] = reset ? 1 : 0
    this.libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_LINGER, this.#linger)
  }

  closeAll(): void {
    this.isolate.descriptors.closeAll()
  }

  protected keep(fd: number): number {
    return fd < 0 ? fd : this.isolate.descriptors.keep(fd)
  }

  /** Writes the address to `#name`, and returns its length. */
  #write(address: SocketAddress): number {
    const { buffer } = this.#name
    return address.family === "unix"
      ? writeUnixSockaddr(buffer, address.path)
      : writeSockaddr(buffer, address)
  }

  #tcpCount(fd: number, offset: number): number {
    const n = this.libc.getsockopt(fd, linux.IPPROTO_TCP, linux.TCP_INFO, this.#tcpInfo)
    if (n < 0) return n
    // Kernels before 4.2 do not report this; 0 means that nothing is known.
    if (n < offset + 8) return 0
    const words = this.#tcpInfoWords
    return words[offset / 4] + 2 ** 32 * words[offset / 4 + 1]
  }
}

const domains = { 4: linux.AF_INET, 6: linux.AF_INET6, unix: linux.AF_UNIX } as const

/** What a socket must be to be inherited: the option, its value, and the error otherwise. */
const inheritable = [
  [linux.SO_TYPE, linux.SOCK_STREAM, errno.ESOCKTNOSUPPORT],
  [linux.SO_ACCEPTCONN, 1, errno.EINVAL],
] as const

/** `tcpi_bytes_acked` in `struct tcp_info` (include/uapi/linux/tcp.h). */
const tcpiBytesAcked = 120
/** `tcpi_bytes_received`. */
const tcpiBytesReceived = 128
const tcpInfoBytes = 256
