import type { SocketOptions } from "../options.ts"

/** Options for a socket that is taken over. */
export interface TakeOverOptions extends SocketOptions {
  /**
   * Bytes that the program has received and not used. They are copied, and `readable` delivers them
   * first. Default: none.
   */
  readonly received?: readonly Uint8Array[]
}
