import type { SocketOptions } from "../options.ts"

/** Where to connect to, and how. */
export interface ConnectOptions extends SocketOptions {
  /** TCP is all there is. So an address can be given as `localAddr`, `remoteAddr` and `addr` have it. */
  readonly transport?: "tcp"
  /** A name or an address. Default `"127.0.0.1"`. */
  readonly hostname?: string
  /** From 1 to 65535. */
  readonly port: number
  /** Ends the attempt, which fails with the signal's reason; once connected it has no meaning. */
  readonly signal?: AbortSignal
  /**
   * Milliseconds until the attempt fails with ETIMEDOUT, the look-up of the name included. Default:
   * as long as the system tries, about two minutes for each address.
   */
  readonly connectTimeout?: number
}
