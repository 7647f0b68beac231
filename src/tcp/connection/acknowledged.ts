import type { Progress } from "../../error/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import type { Packer } from "../send/packer.ts"
import type { SendQueue } from "../send/queue.ts"

/** A connection, as far as its acknowledgements are concerned. */
export interface Sender {
  readonly stack: Stack
  readonly fd: number
  readonly queue: SendQueue
  /** The kernel's count of acknowledged bytes when the connection became ours. */
  readonly acknowledgedBefore: number
  /** Whether a FIN was queued. */
  readonly writingEnded: boolean
}

/** Bytes that the kernel accepted. A FIN takes a sequence number, like a byte (RFC 9293, section 3.4). */
export const sentBytesOf = ({ queue, writingEnded }: Sender): number =>
  queue.acceptedBytes + (writingEnded ? 1 : 0)

/** How many of the bytes that were sent here; all of them if the kernel does not report it. */
export function acknowledgedBytesOf({ stack, fd, acknowledgedBefore }: Sender): number {
  const n = stack.kernel.acknowledgedBytes(fd)
  return n < 0 ? Infinity : n - acknowledgedBefore
}

/** Whether the peer's kernel has acknowledged everything that was sent, including the FIN. */
export function acknowledgesAll(sender: Sender): boolean {
  return acknowledgedBytesOf(sender) >= sentBytesOf(sender)
}

/** Whether the peer's kernel has acknowledged everything that was sent, but perhaps not the FIN. */
export const acknowledgesBytes = (sender: Sender): boolean =>
  acknowledgedBytesOf(sender) >= sender.queue.acceptedBytes

/** Checks what the peer has acknowledged, if somebody waits for that. */
export function noticeAcknowledged(sender: Sender): void {
  const { queue } = sender
  if (queue.awaitsAcknowledgement) queue.acknowledged(acknowledgedBytesOf(sender))
}

/** How far the bytes that were written have come. */
export function progressOf(
  { stack, fd, queue, packer, acknowledgedBefore }: Sender & { readonly packer: Packer },
): Progress {
  const { acceptedBytes, queuedBytes } = queue
  const { kernel } = stack
  const acknowledged = kernel.acknowledges ? kernel.acknowledgedBytes(fd) - acknowledgedBefore : 0
  return {
    acceptedBytes,
    unknownBytes: Math.max(0, acceptedBytes - Math.max(0, acknowledged)),
    unsentBytes: queuedBytes + packer.gatheredBytes,
  }
}
