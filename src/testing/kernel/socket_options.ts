import { errno, type SocketOption } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"

/** setsockopt(2). */
export function setOption(
  { limits }: World,
  socket: TcpSocket,
  option: SocketOption,
  value: number,
): number {
  switch (option) {
    case "SO_ERROR":
      return -errno.ENOPROTOOPT
    case "SO_ZEROCOPY":
      if (!limits.zerocopy) return -errno.EOPNOTSUPP
      if (value !== 0 && value !== 1) return -errno.EINVAL
      break
    case "SO_SNDBUF":
    case "SO_RCVBUF":
      // The kernel doubles it, for its own bookkeeping (socket(7)).
      value = Math.max(2 * value, leastBuffer)
  }
  socket.options.set(option, value)
  return 0
}

/** getsockopt(2). */
export function getOption({ limits }: World, socket: TcpSocket, option: SocketOption): number {
  switch (option) {
    case "SO_ERROR":
      return socket.takeError()
    case "SO_SNDBUF":
      return socket.options.get(option) ?? limits.sendBuffer
    case "SO_RCVBUF":
      return socket.receiveBuffer
    default:
      return socket.options.get(option) ?? 0
  }
}

/** SOCK_MIN_SNDBUF (include/net/sock.h), about. */
const leastBuffer = 4608
