import type { Connection } from "./connection.ts"

/**
 * Connections whose memory the kernel may still read: there is no proof that it has stopped. They stay
 * reachable together with their memory, because collected memory is reused.
 */
const kept: Connection[] = []

/** Quarantined pieces in this process. */
export const quarantinedPieces = (): number => kept.reduce((sum, { queue }) => sum + queue.held, 0)

/** Keeps what `connection` has in flight for ever, and logs one warning with the numbers. */
export function keepForEver(connection: Connection): void {
  const { held, inFlight } = connection.queue
  connection.queue.quarantineAll()
  kept.push(connection)
  connection.stack.quarantinedBytes += inFlight.bytes
  // deno-lint-ignore no-console -- lost memory must be reported
  console.warn(
    `zerowire: the kernel never completed ${held} pieces (${inFlight.bytes} bytes) of a ` +
      "connection that ended; their memory will not be used again",
  )
}
