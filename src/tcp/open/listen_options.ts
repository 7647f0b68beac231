import type { SocketOptions } from "../options.ts"

/** Where to listen, and what accepted sockets are told. */
export interface ListenOptions extends SocketOptions {
  /** TCP is all there is. So an address can be given as `localAddr`, `remoteAddr` and `addr` have it. */
  readonly transport?: "tcp"
  /** An address of this host. Default `"0.0.0.0"`, every IPv4 address. */
  readonly hostname?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number
  /**
   * SO_REUSEPORT (socket(7)): several listeners share the port, so that several processes can serve it,
   * each with a JavaScript thread of its own. All of them have to say so, the first one too, and their
   * processes have to have the same effective user id; else `listen` fails with ListenFailed,
   * EADDRINUSE. The kernel takes a listener for each connection by a hash of its addresses and ports,
   * however busy its process is. Connections that wait for a listener when that is closed are reset,
   * unless `net.ipv4.tcp_migrate_req` is 1. Default false.
   */
  readonly reusePort?: boolean
}
