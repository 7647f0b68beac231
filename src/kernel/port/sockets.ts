import type { InetAddress } from "../../../ffi/abi/sockaddr.ts"
import type { UnixAddress } from "../../../ffi/abi/sockaddr_un.ts"

/** Opening sockets, their names and options, and closing them. */
export interface SocketCalls {
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
  /**
   * Whether `acknowledgedBytes` is what the peer's kernel has. Otherwise it is what this system has taken
   * from the runtime.
   */
  readonly acknowledges: boolean
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
}

/** Where a socket listens, or connects to. */
export type SocketAddress = InetAddress | UnixAddress

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
