import type { RuntimeSockets } from "../../kernel/mod.ts"
import type { InetAddress, Kernel } from "../../kernel/port.ts"
import type { Where } from "./source.ts"

/**
 * The runtime's file descriptor. One that was found by its addresses has to prove that it is this
 * socket's, since another may have the same ones in another network namespace: an option that is set
 * on the socket must show on the file descriptor. An object that only pretends to be a socket is found
 * out by this too.
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
    // A socket may leave out a call that it believes to change nothing, so the first is not asked.
    setNoDelay(true)
    setNoDelay(false)
    if (kernel.getOption(fd, "TCP_NODELAY") !== 0) return false
    setNoDelay(true)
    return kernel.getOption(fd, "TCP_NODELAY") > 0
  } catch {
    // It is closed, or the option is out of reach because a write of it is pending (Deno).
    return false
  } finally {
    kernel.setOption(fd, "TCP_NODELAY", before)
  }
}
