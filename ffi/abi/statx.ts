/** sizeof(struct statx) (include/uapi/linux/stat.h): the same on every architecture. */
export const statxBytes = 256

/** Where the fields of a `struct statx` lie. */
export const statxOffset = { ino: 32, devMajor: 136, devMinor: 140 } as const

/** What tells a file from every other one of this host. */
export interface FileIdentity {
  /** As `st_dev` has it. */
  readonly dev: bigint
  readonly ino: bigint
}

/** Which file a `struct statx` is of. */
export function readIdentity(status: ArrayBuffer): FileIdentity {
  const view = new DataView(status)
  const major = BigInt(view.getUint32(statxOffset.devMajor, true))
  const minor = BigInt(view.getUint32(statxOffset.devMinor, true))
  return {
    // gnu_dev_makedev (bits/sysmacros.h), which musl and the kernel's own encoding agree with.
    dev: (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n) |
      ((major & ~0xfffn) << 32n),
    ino: view.getBigUint64(statxOffset.ino, true),
  }
}
