import type { Socket } from "../../src/mod.ts"

/** How the bytes of sockets went, in the words of `measure`. */
export function sharesOf(sockets: readonly Socket[]) {
  const shares = { zerocopySends: 0, notified: 0, kernelCopied: 0, unknown: 0 }
  for (const socket of sockets) {
    const { zerocopy: { sends: zerocopySends, notified, kernelCopiedIds, unverifiedIds } } = socket
      .stats()
    shares.zerocopySends += zerocopySends
    shares.notified += notified
    shares.kernelCopied += kernelCopiedIds
    shares.unknown += unverifiedIds
  }
  return shares
}
