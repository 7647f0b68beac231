import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from "../../ffi/constants.ts"
import { libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"
import type { Side } from "../../lab/lab.ts"
import { check } from "../../lab/namespace.ts"

/** Switches what the device of a side of the lab does itself, as `ethtool -K` does. */
export function setFeature(side: Side, feature: keyof typeof commands, on: boolean): void {
  side.namespace.inside(() => {
    const { backend } = libc()
    const fd = check("open a socket", libc().socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    const value = NativeMemory.allocate(backend, 8)
    new Uint32Array(value.buffer).set([commands[feature], on ? 1 : 0])
    const request = NativeMemory.allocate(backend, 40)
    new Uint8Array(request.buffer).set(new TextEncoder().encode(side.device))
    new DataView(request.buffer).setBigUint64(16, BigInt(value.address), true)
    const n = libc().ioctl(fd, SIOCETHTOOL, request)
    libc().close(fd)
    check(`set ${feature} of ${side.device} (${value.byteLength} bytes)`, n)
  })
}

// include/uapi/linux/sockios.h, ethtool.h
const SIOCETHTOOL = 0x8946
const commands = { checksum: 0x17, scatterGather: 0x19, segmentation: 0x1f } as const
