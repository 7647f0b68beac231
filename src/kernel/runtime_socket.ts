import * as linux from "../../ffi/constants.ts"
import { eventBytes, writeEvent } from "../../ffi/abi/epoll_event.ts"
import { sockaddrIn6Bytes, writeSockaddr } from "../../ffi/abi/sockaddr.ts"
import { errno } from "../../ffi/errno.ts"
import { type Libc, libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"
import { isolateOf } from "./linux/isolate.ts"
import type { InetAddress } from "./port.ts"

/**
 * What must be known of a TCP socket that the runtime opened, and what must be done to it, before it can
 * be used like one of ours. This is not part of the `Kernel` port: a runtime opens no sockets in a
 * simulated kernel.
 */
export interface RuntimeSockets {
  /** Another file descriptor of the same socket, non-blocking and close-on-exec. */
  duplicate(fd: number): number
  close(fd: number): number
  /**
   * Replaces the file behind `fd`, and in the epoll instance that watches it, by one on which nothing
   * happens. Its owner will close it. Returns 0, or `-errno` if no instance watches it; then nothing has
   * changed.
   */
  replace(fd: number): number
  /**
   * The file descriptor of the TCP connection between these two addresses that `isIt` accepts, or
   * nothing. Tries every number that this process may have, starting with the lowest.
   */
  find(
    local: InetAddress,
    peer: InetAddress,
    isIt: (fd: number) => boolean,
  ): number | undefined
  /** A number that is unique to the socket; nothing if `fd` is not a socket. */
  identify(fd: number): bigint | undefined
  tcpState(fd: number): TcpState
  /** Bytes that were sent and that the peer has not acknowledged. */
  unacknowledgedBytes(fd: number): number
  /** SO_LINGER, as an opaque value for `setLinger`. */
  linger(fd: number): bigint
  setLinger(fd: number, linger: bigint): number
}

/** The TCP state of a connection; `"none"` if it is not a TCP socket. */
type TcpState = "established" | "peer-ended" | "write-ended" | "unconnected" | "none"

/** The runtime's sockets in this process, on this machine's kernel. */
export const runtimeSockets = (): RuntimeSockets => sockets ??= new LinuxRuntimeSockets(libc())

let sockets: RuntimeSockets | undefined

class LinuxRuntimeSockets implements RuntimeSockets {
  readonly #libc: Libc
  readonly #name: NativeMemory
  readonly #long: NativeMemory
  readonly #info: NativeMemory
  readonly #event: NativeMemory

  constructor(libc: Libc) {
    const { backend } = libc
    this.#libc = libc
    this.#name = NativeMemory.allocate(backend, sockaddrIn6Bytes)
    this.#long = NativeMemory.allocate(backend, 16)
    this.#info = NativeMemory.allocate(backend, 256)
    this.#event = NativeMemory.allocate(backend, eventBytes)
  }

  duplicate(fd: number): number {
    const copy = this.#libc.fcntl(fd, linux.F_DUPFD_CLOEXEC, firstFd)
    if (copy < 0) return copy
    // The flag belongs to the socket, not to the number. Both runtimes have already set it.
    const n = this.#libc.fcntl(copy, linux.F_SETFL, linux.O_NONBLOCK)
    if (n >= 0) return isolateOf(this.#libc).descriptors.keep(copy)
    this.#libc.close(copy)
    return n
  }

  close(fd: number): number {
    return isolateOf(this.#libc).descriptors.close(fd)
  }

  replace(fd: number): number {
    const standIn = this.#libc.eventfd(0, linux.EFD_CLOEXEC)
    if (standIn < 0) return standIn
    const n = this.#replaceBy(standIn, fd)
    this.#libc.close(standIn)
    return n
  }

  find(
    local: InetAddress,
    peer: InetAddress,
    isIt: (fd: number) => boolean,
  ): number | undefined {
    const end = this.#fdLimit()
    for (let fd = firstFd; fd < end; fd++) {
      // Most numbers fail here: no file, not a socket, not connected, or another peer.
      if (this.#libc.getpeername(fd, this.#name) < 0 || this.#port !== peer.port) continue
      if (this.#libc.getsockname(fd, this.#name) < 0 || this.#port !== local.port) continue
      if (keyOf(this.#name.buffer) !== keyOfAddress(local)) continue
      this.#libc.getpeername(fd, this.#name)
      if (keyOf(this.#name.buffer) !== keyOfAddress(peer)) continue
      if (this.tcpState(fd) !== "none" && isIt(fd)) return fd
    }
    return undefined
  }

  identify(fd: number): bigint | undefined {
    const n = this.#libc.getsockopt(fd, linux.SOL_SOCKET, linux.SO_COOKIE, this.#long)
    return n < 0 ? undefined : new BigUint64Array(this.#long.buffer)[0]
  }

  tcpState(fd: number): TcpState {
    const n = this.#libc.getsockopt(fd, linux.IPPROTO_TCP, linux.TCP_INFO, this.#info)
    if (n < 0) return "none"
    return states[new Uint8Array(this.#info.buffer)[0]] ?? "unconnected"
  }

  unacknowledgedBytes(fd: number): number {
    const n = this.#libc.ioctl(fd, linux.SIOCOUTQ, this.#long)
    return n < 0 ? n : new Int32Array(this.#long.buffer)[0]
  }

  linger(fd: number): bigint {
    const n = this.#libc.getsockopt(fd, linux.SOL_SOCKET, linux.SO_LINGER, this.#long)
    return n < 0 ? 0n : new BigUint64Array(this.#long.buffer)[0]
  }

  setLinger(fd: number, linger: bigint): number {
    // A `struct linger` is two ints; longer values are accepted (socket(7)).
    new BigUint64Array(this.#long.buffer)[0] = linger
    return this.#libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_LINGER, this.#long)
  }

  #replaceBy(standIn: number, fd: number): number {
    // An epoll instance identifies a file by its number and by the open file itself (epoll(7), Q6). Once
    // the number refers to something else, the socket cannot be removed any more, and its owner receives
    // events for memory that it has freed.
    const epoll = this.#unwatch(fd)
    if (epoll < 0) return epoll
    const n = this.#libc.dup3(standIn, fd, linux.O_CLOEXEC)
    if (n < 0) return n
    // The owner will remove the number. Until then nothing happens to an eventfd.
    writeEvent(this.#event.buffer, 0, 0)
    this.#libc.epoll_ctl(epoll, linux.EPOLL_CTL_ADD, fd, this.#event)
    return 0
  }

  /** Removes `fd` from the epoll instance that watches it, and returns that instance. */
  #unwatch(fd: number): number {
    const end = this.#fdLimit()
    for (let epoll = firstFd; epoll < end; epoll++) {
      if (this.#libc.epoll_ctl(epoll, linux.EPOLL_CTL_DEL, fd, this.#event) >= 0) return epoll
    }
    return -errno.ENOENT
  }

  /** The port of the name that was read last: its offset is the same in both families. */
  get #port(): number {
    return new DataView(this.#name.buffer).getUint16(2, false)
  }

  #fdLimit(): number {
    const n = this.#libc.getrlimit(linux.RLIMIT_NOFILE, this.#long)
    const soft = new BigUint64Array(this.#long.buffer)[0]
    return n < 0 || soft > maxFds ? Number(maxFds) : Number(soft)
  }
}

function keyOfAddress(address: InetAddress): string {
  const name = new ArrayBuffer(sockaddrIn6Bytes)
  writeSockaddr(name, address)
  return keyOf(name)
}

/** The bytes of an address, the same for an IPv4 address and its v4-mapped form. */
function keyOf(name: ArrayBuffer): string {
  const ipv4 = new DataView(name).getUint16(0, true) === linux.AF_INET
  const bytes = ipv4
    ? [...v4MappedPrefix, ...new Uint8Array(name, 4, 4)]
    : new Uint8Array(name, 8, 16)
  return bytes.join()
}

const v4MappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** By `tcpi_state`, the first byte of `struct tcp_info` (include/net/tcp_states.h). */
const states: Readonly<Record<number, TcpState>> = {
  [linux.TCP_ESTABLISHED]: "established",
  [linux.TCP_CLOSE_WAIT]: "peer-ended",
  [linux.TCP_FIN_WAIT1]: "write-ended",
  [linux.TCP_FIN_WAIT2]: "write-ended",
  [linux.TCP_LAST_ACK]: "write-ended",
  [linux.TCP_CLOSING]: "write-ended",
}

/** 0, 1 and 2 are the standard streams. */
const firstFd = 3
/** The default of /proc/sys/fs/nr_open: no process has higher numbers unless it was raised. */
const maxFds = 1n << 20n
