/** How the bytes of a server went, as parts of all that the kernel has accepted. */
export interface Sent {
  readonly zerocopy: number
  /** From a file, by the kernel alone. */
  readonly moved: number
  /** By choice. */
  readonly copied: number
  /** Sent with MSG_ZEROCOPY, and copied all the same. */
  readonly kernelCopied: number
  /** Sent with MSG_ZEROCOPY, and not reported. */
  readonly unknown: number
}

/** What Zerowire's server counts, all in bytes. */
export interface Sums {
  readonly acceptedBytes: number
  readonly zerocopyBytes: number
  readonly movedBytes: number
  readonly kernelCopiedBytes: number
  readonly unverifiedBytes: number
  readonly copied: Readonly<Record<string, number>>
}

/** What happened between two looks. */
export function sentBetween(before: Sums, after: Sums): Sent {
  const all = after.acceptedBytes - before.acceptedBytes
  const part = (of: (sums: Sums) => number) => all === 0 ? 0 : (of(after) - of(before)) / all
  const chosen = ({ copied }: Sums) => Object.values(copied).reduce((sum, bytes) => sum + bytes, 0)
  return {
    zerocopy: part(({ zerocopyBytes }) => zerocopyBytes),
    moved: part(({ movedBytes }) => movedBytes),
    copied: part(chosen),
    kernelCopied: part(({ kernelCopiedBytes }) => kernelCopiedBytes),
    unknown: part(({ unverifiedBytes }) => unverifiedBytes),
  }
}
