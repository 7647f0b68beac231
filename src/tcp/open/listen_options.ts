import type { FallbackOption } from "../../stack/mod.ts"
import type { SocketOptions } from "../options.ts"

/** Where to listen, and options for the accepted sockets. */
export interface ListenOptions extends SocketOptions, FallbackOption {
  /**
   * `"unix"` with a `path`, otherwise `"tcp"`. Lets you pass an address as it is in `localAddr`,
   * `remoteAddr` and `addr`.
   */
  readonly transport?: "tcp" | "unix"
  /** An address of this host. Default `"0.0.0.0"`, every IPv4 address. */
  readonly hostname?: string
  /** 0 picks a free port. Required, unless one of the next options says where to listen. */
  readonly port?: number
  /**
   * The path of a Unix domain socket (unix(7)), at most 107 bytes; or an abstract name, which begins with
   * a zero character and has no file. A file that a server has left behind when it died is replaced; if a
   * server listens there, or it is another file, `listen` fails with EADDRINUSE. `close` removes the file,
   * unless somebody has replaced it.
   *
   * Bytes are always copied there, because the kernel has no MSG_ZEROCOPY for it: `stats()` counts them as
   * `unsupported`. `sendFile` and relays go as over TCP.
   */
  readonly path?: string
  /**
   * The permissions of the socket's file, such as `0o660`: connecting needs permission to write. They hold
   * before the first client can connect. Default: 0o777 without the bits of the umask.
   */
  readonly mode?: number
  /**
   * A listening stream socket, TCP or Unix domain, that this process was started with, by its file
   * descriptor. Closing the listener closes the descriptor here; the socket goes on listening in processes
   * that have it too, and no connection is lost. The kernel's backlog stays as it is. Use it in one isolate
   * only: Workers share the descriptors of the process.
   */
  readonly fd?: number
  /**
   * The same for a socket that systemd has passed (sd_listen_fds(3)), by its number, counted from 0, or by
   * its `FileDescriptorName=`. The first use clears LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES in the
   * environment. In Deno, it needs `--allow-env` for these.
   */
  readonly activated?: number | string
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number
  /**
   * SO_REUSEPORT (socket(7)): several listeners share the port, so that several processes can serve it,
   * each with its own JavaScript thread. All of them must set this option, including the first, and their
   * processes must have the same effective user id; otherwise `listen` fails with ListenFailed,
   * EADDRINUSE. The kernel chooses a listener for each connection by a hash of addresses and ports,
   * however busy that process is. Closing a listener resets the connections in its backlog, unless
   * `net.ipv4.tcp_migrate_req` is 1. Default false.
   */
  readonly reusePort?: boolean
}
