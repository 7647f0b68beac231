import type { Socket } from "node:net"
import { setImmediate } from "node:timers/promises"

/** Why `node:http` cannot give a socket up now, and the cure; nothing when it can. */
export function httpObstacle(socket: Socket): string | undefined {
  // Both runtimes have let go of the parser when they emit "connect" or "upgrade".
  if ("parser" in socket && typeof socket.parser === "object" && socket.parser !== null) {
    return 'node:http reads messages from it. Take over what its events "connect" and "upgrade" give'
  }
  if (internal(socket, "kUpgradeIncoming") !== undefined) {
    return "node:http still reads the body of its request. Wait until that has ended"
  }
  return undefined
}

/** A handle of Bun's own HTTP server, which keeps it where `node:net` does not look. */
export interface HttpHandle {
  /** Whether it has read bytes that no listener was given yet. */
  readonly hasQueuedTunnelReads?: boolean
  readStart?(): void
}

/** The handle of a socket that Bun's HTTP server has accepted, as long as it is open. */
export function httpHandleOf(socket: Socket): HttpHandle | undefined {
  const handle = internal(socket, "handle")
  return typeof handle === "object" && handle !== null ? handle : undefined
}

/**
 * Waits until the socket's buffer has everything that the handle has read, and answers whether it came to
 * that. A handle reads half a megabyte at once and stops handing it on when the buffer is full, so there
 * may be such bytes whenever the program does not read.
 */
export async function gives(handle: HttpHandle): Promise<boolean> {
  for (let turn = 0; turn < maxTurns; turn++) {
    if (handle.hasQueuedTunnelReads !== true) return true
    handle.readStart?.()
    await setImmediate()
  }
  return false
}

/** What a socket keeps under a symbol of its own with this description. */
function internal(socket: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(socket).find((own) => own.description === description)
  return symbol === undefined ? undefined : (socket as Record<symbol, unknown>)[symbol]
}

const maxTurns = 500
