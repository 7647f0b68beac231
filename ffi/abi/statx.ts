/** sizeof(struct statx) (include/uapi/linux/stat.h): the same on every architecture. */
export const statxBytes = 256

/** Offsets of fields in a `struct statx`. */
export const statxOffset = {
  ...{ mode: 28, ino: 32, size: 40, blocks: 48 },
  ...{ mtimeSeconds: 112, mtimeNanos: 120, devMajor: 136, devMinor: 140, mountId: 144 },
} as const

/** What a `struct statx` says of a file's contents. */
export interface FileExtent {
  readonly mode: number
  readonly size: bigint
  readonly blocks: bigint
  /** When its bytes were last changed, in milliseconds since 1970. */
  readonly mtimeMs: bigint
}

export function readExtent(status: ArrayBuffer): FileExtent {
  const view = new DataView(status)
  const seconds = view.getBigInt64(statxOffset.mtimeSeconds, true)
  return {
    mode: view.getUint16(statxOffset.mode, true),
    size: view.getBigUint64(statxOffset.size, true),
    blocks: view.getBigUint64(statxOffset.blocks, true),
    mtimeMs: seconds * 1000n + BigInt(view.getUint32(statxOffset.mtimeNanos, true)) / 1_000_000n,
  }
}

/** The id of the mount that the file was found on, as in /proc/self/mountinfo; since Linux 5.8. */
export const readMountId = (status: ArrayBuffer): number =>
  Number(new DataView(status).getBigUint64(statxOffset.mountId, true))

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
