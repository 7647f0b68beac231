import {
  _LINUX_CAPABILITY_VERSION_3,
  _SC_PAGESIZE,
  _SC_PHYS_PAGES,
  CAP_IPC_LOCK,
  RLIMIT_MEMLOCK,
} from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { PinLimits } from "../port.ts"
import { surroundings } from "../surroundings.ts"

/** The limits of this process as they are now. */
export function pinLimitsOf(libc: Libc): PinLimits {
  const { text } = surroundings()
  const waived = mayLock(libc) && ownsTheMachine(text("/proc/self/uid_map"))
  const optmem = Number(text("/proc/sys/net/core/optmem_max") ?? NaN)
  const pages = libc.sysconf(_SC_PHYS_PAGES)
  return {
    memlockBytes: waived ? Infinity : memlockOf(libc),
    optmemBytes: optmem > 0 ? optmem : leastOptmemBytes,
    machineBytes: Math.max(0, pages) * libc.sysconf(_SC_PAGESIZE),
  }
}

function memlockOf(libc: Libc): number {
  const limit = NativeMemory.allocate(libc.backend, 16)
  if (libc.getrlimit(RLIMIT_MEMLOCK, limit) < 0) return Infinity
  const [soft] = new BigUint64Array(limit.buffer)
  return soft === unlimited ? Infinity : Number(soft)
}

/** Whether this process has CAP_IPC_LOCK (capget(2)). */
function mayLock(libc: Libc): boolean {
  const header = NativeMemory.allocate(libc.backend, 8)
  new Uint32Array(header.buffer)[0] = _LINUX_CAPABILITY_VERSION_3
  const data = NativeMemory.allocate(libc.backend, 24)
  if (libc.capget(header, data) < 0) return false
  const [effective] = new Uint32Array(data.buffer)
  return (effective & (1 << CAP_IPC_LOCK)) !== 0
}

/**
 * For locked memory a capability counts only in the first user namespace (`capable`), in which every user
 * id maps to itself (user_namespaces(7)). If that cannot be read it is assumed, because ENOBUFS is
 * handled anyway.
 */
const ownsTheMachine = (uidMap: string | undefined): boolean =>
  uidMap === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(uidMap)

/** RLIM_INFINITY. */
const unlimited = 2n ** 64n - 1n
/** The value of kernels before 6.8. */
const leastOptmemBytes = 20 * 1024
