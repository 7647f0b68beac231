import type { Connection } from "./connection.ts"

/**
 * Connections whose memory the kernel may read for ever, for all that can be proved. They stay
 * reachable, and their memory with them: memory that is collected gets a next owner.
 */
const kept: Connection[] = []

/** Pieces that are quarantined in this process. */
export const quarantinedPieces = (): number => kept.reduce((sum, { queue }) => sum + queue.held, 0)

/** Keeps what `connection` has in flight for ever, and says so once, with the numbers. */
export function keepForEver(connection: Connection): void {
  const { held, inFlight } = connection.queue
  connection.queue.quarantineAll()
  kept.push(connection)
  // deno-lint-ignore no-console -- memory that is lost must not be lost in silence
  console.warn(
    `zerowire: ${held} pieces (${inFlight.bytes} bytes) of a connection that ended ` +
      "were never completed by the kernel; their memory will not be used again",
  )
}
