import type { FallbackOption } from "../../stack/mod.ts"
import type { SocketOptions } from "../options.ts"

/** Where to connect to, and how. */
export interface ConnectOptions extends SocketOptions, FallbackOption {
  /**
   * `"unix"` with a `path`, otherwise `"tcp"`. Lets you pass an address as it is in `localAddr`,
   * `remoteAddr` and `addr`.
   */
  readonly transport?: "tcp" | "unix"
  /** A name or an address. Default `"127.0.0.1"`. */
  readonly hostname?: string
  /** From 1 to 65535. Required without a `path`. */
  readonly port?: number
  /**
   * The path of a Unix domain socket, or an abstract name, which begins with a zero character; see
   * `ListenOptions.path`. While the listener's backlog is full, the attempt goes on.
   */
  readonly path?: string
  /** Ends the attempt, which then rejects with the signal's reason. It has no effect once connected. */
  readonly signal?: AbortSignal
  /**
   * Milliseconds until the attempt fails with ETIMEDOUT, including the name lookup. Default: as long as
   * the system tries, about two minutes per address.
   */
  readonly connectTimeout?: number
}
