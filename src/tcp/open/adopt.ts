import type { Stack } from "../../stack/mod.ts"
import { Connection, type History } from "../connection/connection.ts"
import type { ResolvedOptions } from "../options.ts"

/** Makes a connection of a file descriptor that is connected. */
export function adopt(
  stack: Stack,
  fd: number,
  options: ResolvedOptions,
  history?: History,
): Connection {
  if (options.noDelay) stack.kernel.setOption(fd, "TCP_NODELAY", 1)
  return new Connection(stack, fd, options.connection, history)
}
