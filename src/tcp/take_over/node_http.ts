import type { Socket } from "node:net"
import { setImmediate } from "node:timers/promises"

/** Why `node:http` cannot give the socket up now, and the cure; nothing if it can. */
export function httpObstacle(socket: Socket): string | undefined {
  // Both runtimes remove the parser before they emit "connect" or "upgrade".
  if ("parser" in socket && typeof socket.parser === "object" && socket.parser !== null) {
    return 'node:http reads messages from it. Take over what its events "connect" and "upgrade" give'
  }
  if (internal(socket, "kUpgradeIncoming") !== undefined) {
    return "node:http still reads the body of its request. Wait until the body has ended"
  }
  return undefined
}

/** A handle of Bun's own HTTP server, which is not where `node:net` keeps its handles. */
export interface HttpHandle {
  /** Whether it has read bytes that no listener has received yet. */
  readonly hasQueuedTunnelReads?: boolean
  readStart?(): void
}

/** The handle of a socket that Bun's HTTP server accepted, while it is open. */
export function httpHandleOf(socket: Socket): HttpHandle | undefined {
  const handle = internal(socket, "handle")
  return typeof handle === "object" && handle !== null ? handle : undefined
}

/**
 * Waits until the socket's buffer has everything that the handle has read, and returns whether that
 * happened. A handle reads half a megabyte at a time and holds bytes back when the buffer is full, so it
 * may hold some whenever the program does not read.
 */
export async function gives(handle: HttpHandle): Promise<boolean> {
  for (let turn = 0; turn < maxTurns; turn++) {
    if (handle.hasQueuedTunnelReads !== true) return true
    handle.readStart?.()
    await setImmediate()
  }
  return false
}

/** A member of a socket whose key is a symbol with this description. */
function internal(socket: object, description: string): unknown {
  const symbol = Object.getOwnPropertySymbols(socket).find((own) => own.description === description)
  return symbol === undefined ? undefined : (socket as Record<symbol, unknown>)[symbol]
}

const maxTurns = 500
