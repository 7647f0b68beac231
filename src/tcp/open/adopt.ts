import type { Stack } from "../../stack/mod.ts"
import { Connection } from "../connection/connection.ts"
import { type History, wasAccepted } from "../connection/history.ts"
import { watchTimeouts } from "../connection/timeouts.ts"
import type { ResolvedOptions } from "../options.ts"

/** Creates a connection from a connected file descriptor. */
export function adopt(
  stack: Stack,
  fd: number,
  options: ResolvedOptions,
  history: History,
): Connection {
  // What a listener accepts has the listener's options.
  if (options.noDelay && history !== wasAccepted && history.unix === undefined) {
    stack.kernel.setOption(fd, "TCP_NODELAY", 1)
  }
  const connection = new Connection(stack, fd, options.connection, history)
  if (options.timeouts !== undefined) watchTimeouts(connection, options.timeouts)
  return connection
}
