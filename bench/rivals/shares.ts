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

/**
 * The same, with the bytes that the kernel moved out of a file or another socket by itself, and those that
 * were copied, by choice or by the kernel after all.
 */
export function movesOf(sockets: readonly Socket[]) {
  const moves = { ...sharesOf(sockets), movedBytes: 0, copiedBytes: 0 }
  for (const socket of sockets) {
    const { fileBytes, relayedBytes, copiedBytes, kernelCopiedBytes } = socket.stats()
    moves.movedBytes += fileBytes + relayedBytes
    moves.copiedBytes += copiedBytes + kernelCopiedBytes
  }
  return moves
}
