import type { Socket } from "node:net"

/**
 * Where else the bytes of a socket go, and the cure; nothing if they go to the program. Nobody knows how
 * much of another stream's queue was read.
 */
export function streamObstacle(socket: Socket): string | undefined {
  if (pipesOf(socket) > 0) return "it is piped into another stream. Call unpipe() on it first"
  if (socket.listeners("data").some(feedsWebStream)) {
    return "a web stream reads from it (Readable.toWeb, Duplex.toWeb) and may hold some of its bytes. " +
      "Take it over before creating a web stream"
  }
  return undefined
}

const pipesOf = (socket: Socket): number =>
  (socket as unknown as { _readableState?: { pipes?: { length: number } } })._readableState?.pipes
    ?.length ?? 0

/**
 * Whether a listener puts chunks in the queue of a web stream. Its source code tells, because the socket
 * does not. Both runtimes took it from Node (lib/internal/webstreams/adapters.js).
 */
function feedsWebStream(listener: unknown): boolean {
  const source = Function.prototype.toString.call(listener)
  return source.includes(".enqueue(") && source.includes(".desiredSize")
}
