import { setTimeout as sleep } from "node:timers/promises"
import { errno, type Kernel, type Memory } from "../../kernel/port.ts"

/** A connection of this process with itself. */
export interface Loopback {
  /** The end that sends. */
  readonly fd: number
  close(): void
}

/**
 * Connects this process with itself over loopback. Returns nothing if that is impossible.
 *
 * @param permit throws if the runtime does not permit the port
 * @param bufferBytes of each socket; the kernel takes at least about 4 KiB
 */
export async function loopback(
  kernel: Kernel,
  permit: (port: number) => void,
  bufferBytes?: number,
): Promise<Loopback | undefined> {
  const open: number[] = []
  const close = () => {
    for (const fd of open.splice(0)) kernel.close(fd)
  }
  const keep = (fd: number) => {
    if (fd >= 0) open.push(fd)
    return fd
  }
  try {
    const listener = keep(kernel.socket(4))
    const fd = keep(kernel.socket(4))
    if (Math.min(listener, fd) < 0) return undefined
    if (bufferBytes !== undefined) {
      kernel.setOption(fd, "SO_SNDBUF", bufferBytes)
      kernel.setOption(listener, "SO_RCVBUF", bufferBytes)
    }
    const any = { family: 4, address: "127.0.0.1", port: 0, scope: 0 } as const
    if (Math.min(kernel.bind(listener, any), kernel.listen(listener, 1)) < 0) return undefined
    const address = kernel.localAddress(listener)
    if (address === undefined || !permits(permit, address.port)) return undefined
    const n = kernel.connect(fd, address)
    if (n < 0 && n !== -errno.EINPROGRESS) return undefined
    let peer = kernel.accept(listener)
    for (let tries = 0; peer === -errno.EAGAIN && tries < mostTries; tries++) {
      await sleep(waitMillis)
      peer = kernel.accept(listener)
    }
    if (peer < 0) return undefined
    open.push(peer)
    return { fd, close }
  } finally {
    // With two descriptors or none the connection was not made.
    if (open.length < 3) close()
  }
}

function permits(permit: (port: number) => void, port: number): boolean {
  try {
    permit(port)
    return true
  } catch {
    return false
  }
}

/** Sends the first `bytes` of `memory` in one call. */
export function sendOnce(
  kernel: Kernel,
  fd: number,
  memory: Memory,
  bytes: number,
  flags: number,
): number {
  const vector = kernel.vector(1)
  vector.set(0, memory, 0, bytes)
  try {
    return kernel.send(fd, vector, 1, flags)
  } finally {
    vector.clear()
  }
}

/** Loopback connects within the call; a busy machine may take longer. */
const waitMillis = 10
const mostTries = 500
