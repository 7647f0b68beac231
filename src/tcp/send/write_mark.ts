import type { SendQueue } from "./queue.ts"

/**
 * The number of accepted bytes that a write waits for because `limit` bytes or more are queued without room;
 * 0 if it need not wait.
 */
export function writeMark(
  { queuedBytes, acceptedBytes }: Pick<SendQueue, "queuedBytes" | "acceptedBytes">,
  limit: number,
): number {
  if (queuedBytes < limit) return 0
  // Wait for half the limit to be accepted, not until the queue is down to half: the last chunk exceeds
  // the limit, and a courier that takes half the limit at once would not get the queue below half.
  return acceptedBytes + Math.max(limit / 2, queuedBytes - limit)
}
