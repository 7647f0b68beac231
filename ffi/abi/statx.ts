/** sizeof(struct statx) (include/uapi/linux/stat.h): the same on every architecture. */
export const statxBytes = 256

/** Offsets of fields in a `struct statx`. */
export const statxOffset = { ino: 32, devMajor: 136, devMinor: 140 } as const

/** Identifies a file on this host. */
export interface FileIdentity {
  /** The same number as `st_dev`. */
  readonly dev: bigint
  readonly ino: bigint
}

/** The file that a `struct statx` describes. */
export function readIdentity(status: ArrayBuffer): FileIdentity {
  const view = new DataView(status)
  const major = BigInt(view.getUint32(statxOffset.devMajor, true))
  const minor = BigInt(view.getUint32(statxOffset.devMinor, true))
  return {
    // gnu_dev_makedev (bits/sysmacros.h). musl and the kernel use the same encoding.
    dev: (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n) |
      ((major & ~0xfffn) << 32n),
    ino: view.getBigUint64(statxOffset.ino, true),
  }
}
