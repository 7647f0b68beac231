import { insideOf, type Socket } from "../tcp/mod.ts"

/**
 * However this process ends, its end resets the connection unless the FIN was sent: whoever receives must
 * not take a part for the whole. The library does so only while bytes are queued here, because a server
 * that ends may be done with its clients; this command is done when it says so.
 */
export function resetWhenKilled(socket: Socket): Socket {
  insideOf(socket).connection.expectMore()
  return socket
}
