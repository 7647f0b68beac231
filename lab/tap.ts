import { libc } from "../ffi/libc.ts"
import { check, type Namespace } from "./namespace.ts"

/**
 * Opens an AF_PACKET socket for every device of `namespace` (packet(7)). Returns a function that closes
 * it.
 */
export function openTap(namespace: Namespace): () => void {
  const open = () => libc().socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, everyProtocol)
  const fd = check("open a packet socket", namespace.inside(open))
  return () => {
    libc().close(fd)
  }
}

const AF_PACKET = 17
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
/** ETH_P_ALL in network byte order. */
const everyProtocol = 0x0300
