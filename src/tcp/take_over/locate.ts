import type { RuntimeSockets } from "../../kernel/mod.ts"
import type { InetAddress, Kernel } from "../../kernel/port.ts"
import type { Where } from "./source.ts"

/**
 * The runtime's file descriptor. If it was found by its addresses, it must prove that it belongs to this
 * socket, because a socket in another network namespace may have the same addresses: an option that is
 * set on the socket must show on the file descriptor. This also exposes objects that only look like a
 * socket.
 */
export function locate(
  kernel: Kernel,
  sockets: RuntimeSockets,
  where: Where,
): number | undefined {
  if ("fd" in where) return where.fd < 0 ? undefined : where.fd
  const { local, peer, setNoDelay } = where
  if (setNoDelay === undefined) return onlyOne(sockets, local, peer)
  return sockets.find(local, peer, (fd) => shows(kernel, fd, setNoDelay))
}

/** The only file descriptor of the connection between these addresses. */
function onlyOne(
  sockets: RuntimeSockets,
  local: InetAddress,
  peer: InetAddress,
): number | undefined {
  const found: number[] = []
  sockets.find(local, peer, (fd) => found.push(fd) > 1)
  return found.length === 1 ? found[0] : undefined
}

/** Whether TCP_NODELAY of `fd` follows what `setNoDelay` sets. It is left as it was. */
function shows(kernel: Kernel, fd: number, setNoDelay: (noDelay: boolean) => void): boolean {
  const before = kernel.getOption(fd, "TCP_NODELAY")
  try {
    // A socket may skip a call that would change nothing, so the first result is not checked.
    setNoDelay(true)
    setNoDelay(false)
    if (kernel.getOption(fd, "TCP_NODELAY") !== 0) return false
    setNoDelay(true)
    return kernel.getOption(fd, "TCP_NODELAY") > 0
  } catch {
    // It is closed, or a pending write keeps the option out of reach (Deno).
    return false
  } finally {
    kernel.setOption(fd, "TCP_NODELAY", before)
  }
}
