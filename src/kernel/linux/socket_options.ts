import * as linux from "../../../ffi/constants.ts"
import type { SocketOption } from "../port.ts"

/** The level and the name of each option, for setsockopt(2). */
export const socketOptions: Readonly<Record<SocketOption, readonly [level: number, name: number]>> =
  {
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
