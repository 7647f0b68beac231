import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Offloads } from "../facts.ts"

/**
 * What the device does itself (SIOCETHTOOL, which needs no privilege for questions). Undefined if it does
 * not answer.
 */
export function offloadsOf(libc: Libc, device: string): Offloads | undefined {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (fd < 0) return undefined
  try {
    const value = (command: number) => {
      const answer = NativeMemory.allocate(libc.backend, 8)
      return ethtool(libc, fd, device, command, answer) < 0
        ? undefined
        : new Uint32Array(answer.buffer)[1] !== 0
    }
    const scatterGather = value(ETHTOOL_GSG)
    const checksum = value(ETHTOOL_GTXCSUM)
    const segmentation = value(ETHTOOL_GTSO)
    if (scatterGather === undefined || checksum === undefined) return undefined
    const driver = driverOf(libc, fd, device)
    return { driver, scatterGather, checksum, segmentation: segmentation ?? false }
  } finally {
    libc.close(fd)
  }
}

function driverOf(libc: Libc, fd: number, device: string): string {
  const info = NativeMemory.allocate(libc.backend, drvinfoBytes)
  if (ethtool(libc, fd, device, ETHTOOL_GDRVINFO, info) < 0) return ""
  return new TextDecoder().decode(new Uint8Array(info.buffer, 4, 32)).replace(/\0.*$/s, "")
}

/** `argument` begins with the command, which is written here. */
function ethtool(
  libc: Libc,
  fd: number,
  device: string,
  command: number,
  argument: NativeMemory,
): number {
  new Uint32Array(argument.buffer, 0, 1)[0] = command
  // struct ifreq: a name of 16 bytes, and a pointer.
  const request = NativeMemory.allocate(libc.backend, ifreqBytes)
  new Uint8Array(request.buffer).set(new TextEncoder().encode(device).subarray(0, 15))
  new DataView(request.buffer).setBigUint64(16, BigInt(argument.address), true)
  const n = libc.ioctl(fd, SIOCETHTOOL, request)
  // Only the request has its address, so it must be reachable until here.
  return argument.byteLength === 0 ? 0 : n
}

// include/uapi/linux/sockios.h, ethtool.h
const SIOCETHTOOL = 0x8946
const ETHTOOL_GDRVINFO = 0x3
const ETHTOOL_GTXCSUM = 0x16
const ETHTOOL_GSG = 0x18
const ETHTOOL_GTSO = 0x1e
const drvinfoBytes = 196
const ifreqBytes = 40
