import type { SocketOptions } from "../options.ts"

/** Where to listen, and options for the accepted sockets. */
export interface ListenOptions extends SocketOptions {
  /** Always TCP. Lets you pass an address as it is in `localAddr`, `remoteAddr` and `addr`. */
  readonly transport?: "tcp"
  /** An address of this host. Default `"0.0.0.0"`, every IPv4 address. */
  readonly hostname?: string
  /** 0 picks a free port. */
  readonly port: number
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
