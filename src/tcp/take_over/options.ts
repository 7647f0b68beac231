import type { SocketOptions } from "../options.ts"

/** What a socket that comes from the runtime is told. */
export interface TakeOverOptions extends SocketOptions {
  /**
   * What was received on the connection and not used: `readable` gives it first. It is copied. Default
   * nothing.
   */
  readonly received?: readonly Uint8Array[]
}
