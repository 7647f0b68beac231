import { setTimeout as sleep } from "node:timers/promises"
import { O_CLOEXEC, O_RDONLY } from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import { type Kernel, type Memory, NotificationBatch, sendFlags } from "../../kernel/port.ts"
import type { Calls } from "../facts.ts"
import { loopback, sendOnce } from "./loopback.ts"

/** Tries the system calls that Zerowire needs, on a connection of this process with itself. */
export async function tryCalls(
  kernel: Kernel,
  libc: Libc,
  permit: (port: number) => void,
): Promise<Calls> {
  const option = tryOption(kernel)
  const ioUring = tryRing(libc)
  const pair = await loopback(kernel, permit)
  if (pair === undefined) {
    return { option, ioUring, send: undefined, sendfile: undefined }
  }
  try {
    const send = option < 0 ? undefined : await trySend(kernel, pair.fd)
    const sendfile = trySendfile(kernel, libc, pair.fd)
    return { option, ioUring, send, sendfile }
  } finally {
    pair.close()
  }
}

function tryOption(kernel: Kernel): number {
  const fd = kernel.socket(4)
  if (fd < 0) return fd
  const n = kernel.setOption(fd, "SO_ZEROCOPY", 1)
  kernel.close(fd)
  return n
}

/** Sends a byte, and waits for its notification. */
async function trySend(kernel: Kernel, fd: number): Promise<Calls["send"]> {
  kernel.setOption(fd, "SO_ZEROCOPY", 1)
  const memory = kernel.memoryOf(new ArrayBuffer(1))
  const n = sendOnce(kernel, fd, memory, 1, sendFlags.zerocopy)
  if (n < 0) return n
  const seen = await notification(memory, (batch) => kernel.readErrors(fd, batch))
  return seen === undefined ? "silent" : "notified"
}

/**
 * Sends the first page of this runtime's own program, which no permission is asked for: it stays in this
 * process. /dev/zero would do as well, but lacks `splice_read` in Linux 6.5 and 6.6 (c6585011bc1d, and
 * 1b057bd800c3 that gave it back).
 */
function trySendfile(kernel: Kernel, libc: Libc, fd: number): number | undefined {
  const path = NativeMemory.of(libc.backend, new TextEncoder().encode("/proc/self/exe\0").buffer)
  const file = libc.open(path, O_RDONLY | O_CLOEXEC)
  if (file < 0) return undefined
  const n = kernel.sendFile(fd, file, 0, 4096)
  libc.close(file)
  return n
}

/** Opens a ring with one entry. Zerowire uses none. */
function tryRing(libc: Libc): number {
  const fd = libc.io_uring_setup(1, NativeMemory.allocate(libc.backend, 120))
  if (fd >= 0) libc.close(fd)
  return fd
}

/**
 * Waits for the notification of a call that sent `memory`. Returns whether the kernel copied, or undefined
 * if none came: then the kernel may still read the memory, which is kept for ever.
 */
export async function notification(
  memory: Memory,
  read: (batch: NotificationBatch) => number,
): Promise<"copied" | "zero-copy" | undefined> {
  inFlight.add(memory)
  const batch = new NotificationBatch(80)
  for (let tries = 0; tries < mostTries; tries++) {
    batch.clear()
    read(batch)
    if (batch.count > 0) {
      inFlight.delete(memory)
      return batch.copied[0] === 1 ? "copied" : "zero-copy"
    }
    await sleep(waitMillis)
  }
  return undefined
}

/** What the kernel has not let go of. */
const inFlight = new Set<Memory>()
/** A busy machine may be slow; a kernel that says nothing within 2 s says nothing. */
const waitMillis = 4
const mostTries = 500
