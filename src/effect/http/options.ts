import type * as Duration from "effect/Duration"
import type { ServeOptions } from "../../http/mod.ts"

/** Where and how to serve, and how to stop. */
export interface HttpServerOptions extends Omit<ServeOptions, "signal" | "onError" | "onListen"> {
  /**
   * How long requests under way may take when the application's scope closes. Connections that are open then
   * are reset. Default 20 seconds.
   */
  readonly gracefulShutdownTimeout?: Duration.Input | undefined
  /**
   * Requests under way are interrupted, instead of waited for, when the application's scope closes; their
   * clients get 503. Default false.
   */
  readonly disablePreemptiveShutdown?: boolean | undefined
}
