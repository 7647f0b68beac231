import { setTimeout as sleep } from "node:timers/promises"
import { errno, type Kernel, type Memory, sendFlags } from "../../kernel/port.ts"
import { notification } from "./calls.ts"
import { loopback, sendOnce } from "./loopback.ts"

/**
 * How many bytes can be pinned now: what this user's other sockets leave of RLIMIT_MEMLOCK, and at most
 * `mostTriedBytes`. Nothing if the limit does not apply, or that cannot be found out.
 *
 * The kernel charges a call for its bytes before it looks for room (`msg_zerocopy_realloc` in
 * `tcp_sendmsg_locked`), and does not say what is charged already. So on a socket without room, a call
 * that could be charged fails with EAGAIN and one that could not with ENOBUFS, and nothing is ever sent.
 */
export async function freeToPin(
  kernel: Kernel,
  permit: (port: number) => void,
): Promise<number | undefined> {
  if (kernel.pinLimits.memlockBytes === Infinity) return undefined
  for (let tries = 0; tries < mostTries; tries++) {
    const pair = await loopback(kernel, permit, pageBytes)
    if (pair === undefined) return undefined
    try {
      if (kernel.setOption(pair.fd, "SO_ZEROCOPY", 1) < 0) return undefined
      await fill(kernel, pair.fd)
      const memory = kernel.memoryOf(new ArrayBuffer(mostPages(kernel) * pageBytes))
      const found = mostToPin(kernel, pair.fd, memory)
      if (found !== "sent") return found
      // These bytes are charged until the kernel lets go of them, and the next try would find them.
      kernel.disconnect(pair.fd)
      const seen = await notification(memory, (batch) => kernel.readErrors(pair.fd, batch))
      if (seen === undefined) return undefined
    } finally {
      pair.close()
    }
  }
  return undefined
}

/** Sends until there is no room, even after a while. */
async function fill(kernel: Kernel, fd: number): Promise<void> {
  const page = kernel.memoryOf(new ArrayBuffer(pageBytes))
  for (let calls = 0, full = 0; full < 3 && calls < mostCalls; calls++) {
    full = sendOnce(kernel, fd, page, pageBytes, 0) < 0 ? full + 1 : 0
    if (full > 0) await sleep(settleMillis)
  }
}

/**
 * Halves its way to the largest call that can be charged. Returns "sent" if there was room after all, and
 * nothing if a sandbox refuses.
 */
function mostToPin(kernel: Kernel, fd: number, memory: Memory): number | "sent" | undefined {
  let most = mostPages(kernel)
  let least = 0
  while (least < most) {
    const pages = Math.ceil((least + most) / 2)
    const bytes = Math.max(1, (pages - pagesBesides) * pageBytes)
    const n = sendOnce(kernel, fd, memory, bytes, sendFlags.zerocopy)
    if (n === -errno.ENOBUFS) most = pages - 1
    else if (n === -errno.EAGAIN) least = pages
    else return n > 0 ? "sent" : undefined
  }
  return least * pageBytes
}

const mostPages = ({ pinLimits }: Kernel): number =>
  Math.floor(Math.min(pinLimits.memlockBytes, mostTriedBytes) / pageBytes)

/** More than the sockets of one process pin by default. */
const mostTriedBytes = 64 * 1024 * 1024
const pageBytes = 4096
/** Charged for each call, for pieces that begin or end inside a page. */
const pagesBesides = 2
const settleMillis = 5
const mostTries = 10
const mostCalls = 10_000
