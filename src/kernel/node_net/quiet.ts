import type { Socket } from "node:net"
import { setImmediate } from "node:timers"

/**
 * Destroys a socket that nobody reads when the runtime finds nothing more that has arrived: a system that
 * has unread bytes sends a reset, and the peer may then lose what it has not read.
 */
export function destroyWhenQuiet(socket: Socket): void {
  let arrived = false
  socket.on("data", () => arrived = true)
  const look = (turns: number) => {
    arrived = false
    // The runtime receives between two turns.
    setImmediate(() =>
      setImmediate(() => arrived && turns > 0 ? look(turns - 1) : socket.destroy())
    )
  }
  look(mostTurns)
}

/** A peer that never stops sending gets a reset at last. */
const mostTurns = 100
